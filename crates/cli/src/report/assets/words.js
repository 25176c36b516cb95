// Numbers, times and names in words.

const LEVELS = ["critical", "high", "medium", "low", "informational"];

const number = (count) => count.toLocaleString("en-US");

/** `1 finding`, `2 findings`. */
const counted = (count, one, many) => `${number(count)} ${count === 1 ? one : many ?? `${one}s`}`;

/** `2026-11-20T11:05:20Z` of seconds. */
function instant(seconds) {
  if (seconds === null || !Number.isFinite(seconds) || Math.abs(seconds) > 8.64e12) return "";
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** `2026-11-20 11:05:20`, in UTC like everything here. */
const moment = (seconds) => instant(seconds).replace("T", " ").replace("Z", "");

/** The same; where everything was on one day, without the day. */
const shortMoment = (seconds) => moment(seconds).slice(D.timed && instant(D.first).slice(0, 10) === instant(D.last).slice(0, 10) ? 11 : 0);

/** Seconds in the two largest units. */
function lasting(seconds) {
  const [large, small, each] = seconds < 60 ? ["s", "", 1] : seconds < 3600 ? ["m", "s", 60] : seconds < 86400 ? ["h", "m", 3600] : ["d", "h", 86400];
  const rest = small === "" ? 0 : Math.floor((seconds % each) / (each / (small === "h" ? 24 : 60)));
  return `${Math.floor(seconds / each)}${large}${rest > 0 ? ` ${rest}${small}` : ""}`;
}

/** `Admin/omar@example.com` of the ARN of an assumed role, `ci` of that of a user. */
function shortActor(name) {
  if (!name.startsWith("arn:")) return name;
  const rest = name.split(":").slice(5).join(":");
  if (!rest) return name;
  const parts = rest.split("/");
  if (parts[0] === "assumed-role" && parts.length === 3) {
    const set = /^AWSReservedSSO_(.+)_[^_]*$/.exec(parts[1]);
    return `${set ? set[1] : parts[1]}/${parts[2]}`;
  }
  return parts[0] === "user" && parts.length === 2 ? parts[1] : rest;
}

/** A name that may go on in the next line behind `/`, before `@`, and before a capital letter. */
const breakable = (name) => name.split(/(?<=[/])|(?=@)|(?<=[a-z])(?=[A-Z])/).flatMap((piece, n) => (n === 0 ? [piece] : [el("wbr"), piece]));

/** `s3` of `s3.amazonaws.com`. */
const service = (source) => source.replace(/\.amazonaws\.com$/, "");

/** The steps of a time axis: the first that gives at most `most` of them. */
const STEPS = [60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000];

function step(from, to, most) {
  return STEPS.find((seconds) => (to - from) / seconds <= most) ?? Math.ceil((to - from) / most);
}

/** A time on an axis: the day where steps are days, else the hour, with the day at midnight. */
function tick(seconds, width) {
  const text = moment(seconds);
  if (width >= 86400) return text.slice(0, 10);
  return text.slice(11, 16) === "00:00" ? text.slice(5, 10) : text.slice(11, 16);
}

/** A level's mark and word. */
function levelMark(level) {
  return el("span", { class: `level ${level}` }, el("i", { "aria-hidden": "true" }), level);
}
