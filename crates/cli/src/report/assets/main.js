// Reads the data, then draws what is looked at first, then the rest.

function themes() {
  const press = document.getElementById("theme");
  const names = ["system", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("tattletrail-theme"); } catch { return null; } };
  const set = (name) => {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    press.textContent = `Theme: ${name}`;
    try { localStorage.setItem("tattletrail-theme", name); } catch { /* A page without storage forgets. */ }
  };
  let now = Math.max(0, names.indexOf(remembered()));
  set(names[now]);
  press.addEventListener("click", () => { now = (now + 1) % names.length; set(names[now]); });
}

function frame() {
  const { scan } = D;
  const days = scan.first_day === null ? "no day" : scan.first_day === scan.last_day ? scan.first_day : `${scan.first_day} to ${scan.last_day}`;
  document.getElementById("span").textContent = `Logs of ${days}`;
  document.title = `Tattletrail report, ${days}`;
  document.getElementById("foot").append(
    el("p", null, `Tattletrail ${D.version}. Times are in UTC. Levels are those of the rules; counts are of findings, and a finding that closed has one for its opening and one for its end. Characters that cannot be seen are written as \\u{…}.`));
  const targets = { applications: D.models.length, exposures: bars().length, times: D.count, who: D.count, rules: D.count };
  for (const [id, count] of Object.entries(targets)) document.querySelector(`nav a[href="#${id}"]`).hidden = count === 0;
}

async function main() {
  themes();
  const state = document.getElementById("state");
  try {
    if (typeof DecompressionStream === "undefined") throw new Error("this browser can't inflate it: Chrome 80, Firefox 113, Safari 16.4 or newer can");
    await load();
    frame();
    drawSummary();
    drawExposures();
    drawTimes();
    drawMatrix();
    drawApplications();
    drawWho();
    drawRules();
    drawFindings();
    watchDetail();
    state.remove();
    document.getElementById("main").setAttribute("aria-busy", "false");
  } catch (error) {
    state.textContent = `The report can't be shown: ${error.message}`;
    throw error;
  }
}

main();
