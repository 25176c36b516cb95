// Elements from texts. Whatever comes from a log goes through `el` as a text node, or as the value of a harmless attribute.

const HARMLESS = /^(?:class|id|type|role|scope|for|name|value|tabindex|title|hidden|disabled|selected|placeholder|autocomplete|colspan|min|max|datetime|aria-[a-z]+|data-[a-z]+)$/;

/** An element with attributes and children; a child is an element or a text, nothing is left out. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (!HARMLESS.test(name)) throw new Error(`attribute ${name}`);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

/** Adds children: elements, texts, lists of them; `null` and `false` are nothing. */
function add(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(element, child);
    else element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** A link that leaves the page, if the address is a plain one of the web; else its text alone. */
function link(address, text) {
  let url = null;
  try { url = new URL(address); } catch { /* It stays a text. */ }
  if (url === null || url.protocol !== "https:" || url.username || url.password || !url.hostname.includes(".")) {
    return el("span", null, text);
  }
  const anchor = el("a", { class: "out" }, text);
  anchor.setAttribute("href", url.href);
  anchor.setAttribute("target", "_blank");
  anchor.setAttribute("rel", "noopener noreferrer");
  return anchor;
}

function button(text, action, attributes) {
  return el("button", { type: "button", ...attributes, on: { click: action } }, text);
}

/** A section's body, emptied, with its section shown. */
function section(id) {
  const place = document.getElementById(id);
  place.hidden = false;
  const body = place.querySelector(".body");
  body.replaceChildren();
  return body;
}

/** A style property: a number of our own making, never a text of a log. */
function put(element, property, value) {
  element.style.setProperty(property, value);
  return element;
}
