// A script edits while a real browser looks. `NODE_PATH=... node tests/e2e/watch.js target/release/trackrecord`
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { execFileSync } = require("node:child_process");
const { LIMIT, Watch, browse, equal, filesBelow, isTrue, smallDemo, until } = require("./support.js");

const MONTH = "content/months/2020-03.md", PAGE = "months/2020-03/index.html";
const PARAGRAPHS = Array.from({ length: 60 }, (_, n) => `Paragraph ${n + 1} of a long comment, with words enough to fill a line or two of the page it is on.`);
const text = (paragraphs) => paragraphs.join("\n\n") + "\n";
const long = text(PARAGRAPHS);

const checks = {
  async "typing sixty saves keeps the scroll, and marks the page as the same"({ watch, page }) {
    watch.save(MONTH, long);
    await open(watch, page, PAGE);
    await words(page, "Paragraph 60");
    await page.evaluate(() => { window.isSame = true; });
    const block = page.locator("p", { hasText: "Paragraph 30 " });
    const top = async () => { await settled(page); return block.evaluate((e) => e.getBoundingClientRect().top); };
    await block.evaluate((e) => e.scrollIntoView({ block: "center", behavior: "instant" }));
    const before = await top();
    for (let n = 1; n <= 60; n++) {
      const paragraphs = [...PARAGRAPHS];
      paragraphs[29] += " typed".repeat(n);
      watch.save(MONTH, text(paragraphs));
      await page.waitForFunction((n) => document.body.textContent.includes("page it is on." + " typed".repeat(n)), n);
    }
    const after = await top();
    isTrue(Math.abs(after - before) < 2, `the block stays at ${before}, is at ${after}`);
    // What comes in above moves nothing either, as long as it is not what the author edits.
    const head = fs.readFileSync(path.join(__dirname, "../../templates/head.html"), "utf8");
    watch.save("templates/head.html", head + "<p style=\"height: 300px\">Above all</p>");
    await words(page, "Above all");
    const moved = await top();
    isTrue(Math.abs(moved - before) < 2, `the block stays at ${before}, is at ${moved}`);
    isTrue(await page.evaluate(() => window.isSame), "the page was not loaded again");
    watch.remove("templates");
  },

  async "the edited block is outlined, and scrolled into view if it is not"({ watch, page }) {
    watch.save(MONTH, long);
    await open(watch, page, PAGE);
    await words(page, "Paragraph 60");
    watch.save(MONTH, long.replace("Paragraph 55 ", "Edited 55 "));
    const { top, height } = await outlined(page, "Edited 55 ");
    isTrue(top > 0 && top < height, `it is in view, at ${top} of ${height}`);
    await page.waitForFunction(() => !document.querySelector(".watch-edited"));
  },

  async "focus, selection and opened details stay"({ watch, page }) {
    const about = watch.read("content/about.md");
    watch.save("content/about.md", "First words.\n\n<details><summary>More</summary>\n\nInside.\n\n</details>\n\n<label>Name <input id=\"name\"></label>\n\nLast words.\n");
    await open(watch, page, "about/index.html");
    await words(page, "Last words");
    await page.locator("summary").click();
    await page.locator("#name").fill("half a na");
    await page.locator("#name").evaluate((e) => e.setSelectionRange(2, 5));
    watch.edit("content/about.md", (text) => text.replace("First words", "Other words"));
    await words(page, "Other words");
    await settled(page);
    const state = await page.evaluate(() => {
      const name = document.activeElement;
      return [name.id, name.value, name.selectionStart, name.selectionEnd, document.querySelector("details").open];
    });
    equal(state, ["name", "half a na", 2, 5, true], "focus, value, selection, details");
    watch.save("content/about.md", about);
  },

  async "figures that were recomputed stay, beside what is published now"({ watch, page }) {
    const config = watch.read("config/config.toml"), method = watch.read("content/methodology.md");
    await open(watch, page, "methodology/index.html");
    await page.evaluate(() => { window.isSame = true; });
    await page.locator("[data-recompute] button").click();
    const rows = () => page.locator("[data-recompute] tbody tr").evaluateAll((rows) => rows.map((row) => row.cells[1].textContent));
    const before = await rows();
    isTrue(before.length >= 3, `it has figures: ${before}`);
    watch.edit("content/methodology.md", (text) => text + "\n\nWords that came later.\n");
    await words(page, "Words that came later");
    equal(await rows(), before, "the same figures");
    // Coarser figures come into the same table.
    watch.save("config/config.toml", config.replace(/^\[privacy\]$/m, "[privacy]\nprecision = \"coarse\""));
    await page.waitForFunction((before) => {
      const rows = [...document.querySelectorAll("[data-recompute] tbody tr")].map((row) => row.cells[1].textContent);
      return rows.length && rows.join() !== before;
    }, before.join());
    equal(await page.locator("[data-recompute] button, [data-recompute] table").count(), 1, "one table, and no button");
    isTrue(await page.evaluate(() => window.isSame), "the page was not loaded again");
    watch.save("config/config.toml", config);
    watch.save("content/methodology.md", method);
  },

  async "an error stands over the last good page, escaped, and goes when it is mended"({ watch, page }) {
    watch.save(MONTH, "Good words.\n");
    await open(watch, page, PAGE);
    await words(page, "Good words");
    watch.save(MONTH, "Good words.\n\n[<b>nowhere</b>](<nowhere<i>.md>)\n");
    const failure = page.locator(".watch-failure");
    await failure.waitFor();
    const said = await failure.textContent();
    isTrue(said.includes("content/months/2020-03.md:3"), `file and line in ${said}`);
    isTrue(said.includes("3 │ [<b>nowhere</b>]"), `the excerpt in ${said}`);
    equal(await failure.locator("b, i").count(), 0, "markup of the text in the message");
    await words(page, "Good words");
    await until(() => watch.said.includes("content/months/2020-03.md:3") && watch.said.includes("3 │ "), "the same on the terminal");
    const second = await page.context().newPage();
    await open(watch, second, "about/index.html");
    await second.locator(".watch-failure").waitFor();
    await second.close();
    watch.save(MONTH, "Good words, and better ones.\n");
    await words(page, "better ones");
    await failure.waitFor({ state: "detached" });
  },

  async "a half-saved template is an error until it is whole"({ watch, page }) {
    await open(watch, page, "index.html");
    fs.mkdirSync(watch.path("templates"), { recursive: true });
    watch.save("templates/foot.html", "<footer class=\"site\"><p>{% if facts");
    await page.locator(".watch-failure").waitFor();
    isTrue((await page.locator(".watch-failure").textContent()).includes("templates/foot.html:1"), "the template is named");
    watch.save("templates/foot.html", "<footer class=\"site\"><p>A foot of one's own</p></footer>");
    await words(page, "A foot of one's own");
    await page.locator(".watch-failure").waitFor({ state: "detached" });
    watch.remove("templates");
    await words(page, "As of");
  },

  async "a note that is new or gone comes and goes, and is linked to from another page"({ watch, page }) {
    await open(watch, page, "about/index.html");
    watch.save("content/later.md", "+++\ntitle = \"Later\"\n+++\n\nA new page.\n");
    await words(page, "Later");
    const note = page.locator(".watch-note");
    await note.waitFor();
    equal(await note.locator("a").getAttribute("href"), "/later/", "where the note leads");
    await note.locator("a").click();
    await outlined(page, "A new page.");
    watch.remove("content/later.md");
    await words(page, "Page not found");
    watch.save("content/later.md", "+++\ntitle = \"Later\"\n+++\n\nBack again.\n");
    await words(page, "Back again.");
    watch.remove("content/later.md");
  },

  async "the style is swapped without loading the page"({ watch, page }) {
    await open(watch, page, "about/index.html");
    await page.evaluate(() => { window.isSame = true; });
    watch.save("templates/extra.css", "h1 { color: rgb(1, 2, 3) }");
    await page.waitForFunction(() => getComputedStyle(document.querySelector("h1")).color === "rgb(1, 2, 3)");
    await page.waitForFunction(() => document.querySelectorAll("link[rel=stylesheet]:not([data-watch])").length === 1);
    isTrue(await page.evaluate(() => window.isSame), "the page is the same");
    watch.remove("templates");
    await page.waitForFunction(() => getComputedStyle(document.querySelector("h1")).color !== "rgb(1, 2, 3)");
  },

  async "a changed configuration shows, and a changed script or head loads the page"({ watch, page }) {
    await open(watch, page, "about/index.html");
    await page.evaluate(() => { window.isSame = true; });
    const config = watch.read("config/config.toml");
    watch.save("config/config.toml", config.replace(/^title = .*$/m, "title = \"Another title\""));
    await page.waitForFunction(() => document.title.includes("Another title") && document.querySelector(".name").textContent.includes("Another title"));
    isTrue(await page.evaluate(() => window.isSame), "the page is the same");
    watch.save("templates/site.js", "window.isOther = true; function start() {}");
    await page.waitForFunction(() => window.isOther && !window.isSame);
    watch.remove("templates");
    await page.waitForFunction(() => !window.isOther);
    watch.save("config/config.toml", config);
    await page.waitForFunction(() => !document.title.includes("Another title"));
  },

  async "range, scale, sorting and filter stay"({ watch, page }) {
    await open(watch, page, "index.html");
    await page.locator("button[data-range='1y']").click();
    await page.locator("button[data-scale=linear]").click();
    const drawing = () => page.evaluate(() => document.querySelector("#panels .box svg").innerHTML);
    const drawn = await drawing();
    const config = watch.read("config/config.toml");
    watch.save("config/config.toml", config.replace(/^title = .*$/m, "title = \"Third title\""));
    await page.waitForFunction(() => document.title.includes("Third title"));
    equal(await page.locator("button[data-range='1y']").getAttribute("aria-pressed"), "true", "the range");
    equal(await page.locator("button[data-scale=linear]").getAttribute("aria-pressed"), "true", "the scale");
    equal(await drawing(), drawn, "the drawing");
    // The chart still answers.
    await page.locator("#panels .box").focus();
    await page.keyboard.press("ArrowLeft");
    isTrue((await page.locator("#panels .tip").textContent()).includes("Account"), "the read-out");

    await open(watch, page, "trades/index.html");
    await page.locator("form.filter input").fill("MTUM");
    const head = page.locator("table.orders thead th").first();
    await head.locator("button").click();
    const rows = () => page.evaluate(() => [...document.querySelectorAll("table.orders tbody tr")].filter((row) => !row.hidden).map((row) => row.textContent));
    const shown = await rows();
    watch.save("config/config.toml", config);
    await page.waitForFunction(() => !document.title.includes("Third title"));
    equal(await rows(), shown, "the rows");
    equal(await head.getAttribute("aria-sort"), "ascending", "the sorting");
    equal(await page.locator("form.filter input").inputValue(), "MTUM", "the filter");
    equal(await page.locator("table.orders thead th").first().locator("button").count(), 1, "buttons in a head");
  },

  async "the chosen range stays whatever is edited"({ watch, page }) {
    await open(watch, page, "index.html");
    await page.evaluate(() => { window.isSame = true; });
    await page.locator("button[data-range='1y']").click();
    const isKept = async (what) => {
      await settled(page);
      equal(await page.locator("button[data-range='1y']").getAttribute("aria-pressed"), "true", `the range after ${what}`);
      isTrue(await page.evaluate(() => window.isSame), `the page was not loaded again after ${what}`);
    };
    const note = "content/trades/2020-02-03-mtum.md", said = watch.read(note), month = watch.read(MONTH);
    watch.save(note, said.replace(/^thesis = .*$/m, "thesis = \"Another reason altogether.\""));
    await words(page, "Another reason altogether.");
    await isKept("an edited note");
    watch.remove(note);
    await gone(page, "Another reason altogether.");
    await isKept("a deleted note");
    watch.save(note, said);
    await words(page, /^thesis = "(.*)"$/m.exec(said)[1]);
    await isKept("a new note");
    watch.save("templates/warning.html", "A warning of one's own");
    await words(page, "A warning of one's own");
    await isKept("a changed template");
    watch.save("templates/extra.css", "body { outline-color: rgb(1, 2, 3) }");
    await page.waitForFunction(() => getComputedStyle(document.body).outlineColor === "rgb(1, 2, 3)");
    await isKept("a changed style");
    watch.save(MONTH, "[wrong](nowhere.md)\n");
    await page.locator(".watch-failure").waitFor();
    await isKept("an error");
    watch.save(MONTH, month);
    await page.locator(".watch-failure").waitFor({ state: "detached" });
    await isKept("its mending");
    watch.remove("templates");
    await gone(page, "A warning of one's own");
    await isKept("a template that is gone");
  },

  async "the desk shows page and report, and another picture when the comment is another one"({ watch, page }) {
    watch.save(MONTH, "Words for the desk.\n");
    await page.goto(watch.address + "-/desk/2020-03");
    const picture = page.locator("main img");
    await picture.waitFor();
    const size = await picture.evaluate((e) => [e.naturalWidth, e.naturalHeight]);
    isTrue(size[0] > 800 && size[1] > 1000, `a picture of ${size}`);
    await page.frameLocator("iframe").locator("p", { hasText: "Words for the desk." }).waitFor();
    const before = await picture.getAttribute("src");
    watch.save(MONTH, "Other words for the desk, and more of them.\n");
    await page.frameLocator("iframe").locator("p", { hasText: "Other words for the desk" }).waitFor();
    await page.waitForFunction((before) => document.querySelector("main img").getAttribute("src") !== before, before);
  },

  async "a click with the modifier says where a block was written, and runs the editor"({ watch, page }) {
    const opened = path.join(watch.root, "opened"), config = watch.read("config/config.toml");
    watch.save("config/config.toml", config + "\n[watch]\neditor = \"touch {file}.{line}.opened\"\n");
    watch.save(MONTH, "One.\n\nTwo here.\n");
    await open(watch, page, PAGE);
    await words(page, "Two here.");
    await page.locator("p", { hasText: "Two here." }).click({ modifiers: ["ControlOrMeta"] });
    await until(() => watch.printed.includes("content/months/2020-03.md:3"), "the place");
    await until(() => fs.existsSync(watch.path(MONTH + ".3.opened")), "the editor");
    watch.remove(MONTH + ".3.opened");
    watch.save("config/config.toml", config);
    isTrue(!fs.existsSync(opened), "nothing else is run");
  },

  async "all ways of editors to save are seen"({ watch, page }) {
    await open(watch, page, PAGE);
    const file = watch.path(MONTH), beside = (name) => path.join(path.dirname(file), name);
    const ways = {
      // VS Code, nano: cut short and written again.
      write: (text) => fs.writeFileSync(file, text),
      // vim with a backup: the old file is moved away, the new one written, the old one deleted.
      vim: (text) => {
        fs.writeFileSync(beside("4913"), ""); fs.unlinkSync(beside("4913"));
        fs.renameSync(file, file + "~"); fs.writeFileSync(file, text); fs.unlinkSync(file + "~");
      },
      // emacs: a lock that is a link to nowhere, a backup, a new file.
      emacs: (text) => {
        fs.symlinkSync("user@host.1", beside(".#2020-03.md")); fs.renameSync(file, file + "~");
        fs.writeFileSync(file, text); fs.unlinkSync(beside(".#2020-03.md")); fs.unlinkSync(file + "~");
      },
      // JetBrains: written beside, the old one moved away, the new one moved there.
      jetbrains: (text) => {
        fs.writeFileSync(file + "___jb_tmp___", text); fs.renameSync(file, file + "___jb_old___");
        fs.renameSync(file + "___jb_tmp___", file); fs.unlinkSync(file + "___jb_old___");
      },
      // In two halves with a pause, as over a slow line.
      halves: (text) => {
        const half = fs.openSync(file, "w");
        fs.writeSync(half, text.slice(0, 5));
        return new Promise((done) => setTimeout(() => { fs.writeSync(half, text.slice(5)); fs.closeSync(half); done(); }, 60));
      },
    };
    for (const [name, save] of Object.entries(ways)) {
      await save(`Saved by way of ${name}.\n`);
      await words(page, `Saved by way of ${name}.`);
    }
    equal(await page.locator(".watch-failure").count(), 0, "errors left");
  },

  async "a deleted and a moved folder, and five hundred files at once"({ watch, page }) {
    await open(watch, page, "about/index.html");
    await page.evaluate(() => { window.isSame = true; });
    const content = watch.path("content");
    fs.renameSync(content, content + "-away");
    await words(page, "Page not found");
    fs.renameSync(content + "-away", content);
    await open(watch, page, "about/index.html");
    await page.waitForFunction(() => !document.body.textContent.includes("Page not found"));
    // The folder is another one now, and is watched all the same.
    watch.edit("content/about.md", (text) => text + "\nAfter the move.\n");
    await words(page, "After the move.");
    for (let n = 0; n < 500; n++) fs.writeFileSync(path.join(content, `many-${n}.md`), `+++\ntitle = "Many ${n}"\n+++\n\nWords ${n}.\n`);
    for (const n of [0, 250, 499]) await until(async () => (await fetch(`${watch.address}many-${n}/`)).ok, `page ${n} of many`);
    await words(page, "Many 1");
    for (let n = 0; n < 500; n++) fs.unlinkSync(path.join(content, `many-${n}.md`));
    await page.waitForFunction(() => !document.body.textContent.includes("Many 1"));
    fs.cpSync(content, content + "-away", { recursive: true });
    fs.rmSync(content, { recursive: true });
    await words(page, "Page not found");
    fs.renameSync(content + "-away", content);
    await until(async () => (await fetch(watch.address + "about/")).ok, "the page");
  },

  async "a file of 50 MB is served, and saves are still seen"({ watch, page }) {
    fs.mkdirSync(watch.path("static"), { recursive: true });
    fs.writeFileSync(watch.path("static/large.bin"), Buffer.alloc(50 << 20, 7));
    await until(async () => (await (await fetch(watch.address + "large.bin")).arrayBuffer()).byteLength === 50 << 20, "the file");
    watch.save(MONTH, "Beside a large file.\n");
    await open(watch, page, PAGE);
    await words(page, "Beside a large file.");
    watch.remove("static");
  },

  async "two browsers see the same, and a page that was away catches up"({ watch, page }) {
    const other = await newContext(page.context().browser());
    const second = await other.newPage();
    watch.save(MONTH, "Before.\n");
    await open(watch, page, PAGE);
    await open(watch, second, PAGE);
    watch.save(MONTH, "For both.\n");
    await words(page, "For both.");
    await words(second, "For both.");
    // A page that nobody sees has no stream. What was saved meanwhile comes when it is seen again, even from behind an error.
    const see = (isSeen) => second.evaluate((isSeen) => {
      Object.defineProperty(document, "hidden", { value: !isSeen, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, isSeen);
    await see(false);
    watch.save(MONTH, "While away.\n");
    await words(page, "While away.");
    watch.save(MONTH, "While away.\n\n[wrong](nowhere.md)\n");
    await page.locator(".watch-failure").waitFor();
    isTrue(!(await second.evaluate(() => document.body.textContent.includes("While away."))), "nothing comes to a page that nobody sees");
    await see(true);
    await words(second, "While away.");
    await second.locator(".watch-failure").waitFor();
    watch.save(MONTH, "Both again.\n");
    await words(second, "Both again.");
    await second.locator(".watch-failure").waitFor({ state: "detached" });
    await other.close();
  },

  async "a changed picture is another one, and stays so when the words beside it change"({ watch, page }) {
    const square = (side) => `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="${side}" height="${side}"/></svg>`;
    const about = watch.read("content/about.md");
    watch.save("content/square.svg", square(40));
    watch.save("content/about.md", "![A square](square.svg)\n\nOne word.\n");
    await open(watch, page, "about/index.html");
    const isWide = (side) => page.waitForFunction((side) => document.querySelector("img[alt='A square']")?.naturalWidth === side, side);
    await isWide(40);
    watch.save("content/square.svg", square(60));
    await isWide(60);
    watch.save("content/about.md", "![A square](square.svg)\n\nTwo words.\n");
    await words(page, "Two words.");
    await settled(page);
    await isWide(60);
    watch.save("content/about.md", about);
    watch.remove("content/square.svg");
  },

  async "the site is that of a build, but for what brings changes into it, and nothing is written"({ watch, binary }) {
    isTrue(!fs.existsSync(watch.path("public")), "watch writes no public/");
    execFileSync(binary, ["--root", watch.root, "build"], { stdio: "ignore" });
    const names = filesBelow(watch.path("public")).filter((name) => name !== ".trackrecord-manifest");
    isTrue(names.filter((name) => name.endsWith(".html")).length > 20 && names.some((name) => name.endsWith(".pdf")), `pages and reports: ${names.length}`);
    for (const name of names) {
      const built = fs.readFileSync(watch.path(`public/${name}`));
      if (/\.(html|js|css)$/.test(name)) isTrue(!/data-line\b|data-watch|data-generation|\/-\/|Idiomorph/.test(built), `nothing of watch is in public/${name}`);
      const answer = await fetch(watch.address + name.split("/").map(encodeURIComponent).join("/"));
      let served = Buffer.from(await answer.arrayBuffer());
      if (name.endsWith(".html")) served = Buffer.from(served.toString().replace(/<link[^>]*data-watch>(<script[^>]*data-watch[^>]*><\/script>)+/, "").replace(/ data-line="[^"]*"/g, ""));
      isTrue(served.equals(built), `${name} is as it was built`);
    }
  },
};

/** In every page: keeps what is outlined, and where, because an outline is soon gone. */
function observe() {
  window.outlined = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target.classList.contains("watch-edited")) window.outlined.push({ text: target.textContent, top: target.getBoundingClientRect().top, height: innerHeight });
    }
  }).observe(document, { subtree: true, attributeFilter: ["class"] });
}

async function outlined(page, text) {
  const found = await page.waitForFunction((text) => window.outlined.find((block) => block.text.includes(text)), text);
  return found.jsonValue();
}

async function open(watch, page, name) {
  await page.goto(watch.address + name, { waitUntil: "load" });
}

const words = (page, text) => page.waitForFunction((text) => document.body.textContent.includes(text), text);
const gone = (page, text) => page.waitForFunction((text) => !document.body.textContent.includes(text), text);
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function follow(binary, root, browser, taken) {
  const watch = await Watch.start(binary, root, "--follow", "--poll", "--port", taken);
  let took;
  try {
    const page = await (await newContext(browser)).newPage();
    isTrue(watch.said.includes(`port ${taken} is taken`) && new URL(watch.address).port > Number(taken), `the next free port: ${watch.address}`);
    await open(watch, page, "index.html");
    watch.edit(MONTH, (text) => text + "\nFollowed here.\n");
    await page.waitForURL("**/months/2020-03/");
    await outlined(page, "Followed here.");
  } finally {
    took = await watch.stop("SIGTERM");
  }
  isTrue(took < 1000, `SIGTERM ends it within a second: ${took} ms`);
}

async function newContext(browser) {
  const context = await browser.newContext();
  context.setDefaultTimeout(LIMIT);
  await context.addInitScript(observe);
  return context;
}

async function main() {
  const [program, only = ""] = process.argv.slice(2), binary = path.resolve(program);
  const root = smallDemo(binary, /^(2019|2020-0[1-6])/);
  const watch = await Watch.start(binary, root);
  let failed = 0;
  const report = async (name, check) => {
    if (!name.includes(only)) return;
    const began = performance.now();
    try {
      await check();
      console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}: ${error.message}`);
    }
  };
  try {
    for (const [name, check] of Object.entries(checks)) {
      await report(name, () => browse(async (browser) => {
        const page = await (await newContext(browser)).newPage(), errors = [];
        page.on("pageerror", (error) => errors.push(error.message));
        page.on("console", (message) => { if (/Content.Security.Policy/i.test(message.text())) errors.push(message.text()); });
        await check({ watch, page, binary });
        equal(errors, [], "errors of the page");
        await until(async () => (await page.locator("body").count()) === 1, "one body in the page");
      }));
    }
    const taken = new URL(watch.address).port;
    await report("--follow goes to the page that was edited, --poll sees it, a port that is taken is passed over, SIGTERM ends it",
      () => browse((browser) => follow(binary, root, browser, taken)));
    await report("Ctrl-C ends it within a second", async () => {
      const took = await watch.stop();
      isTrue(took < 1000, `it took ${took} ms`);
    });
  } finally {
    watch.process.kill();
    fs.rmSync(path.dirname(root), { recursive: true, force: true });
  }
  process.exit(failed ? 1 : 0);
}

main().catch((error) => { console.error(error); process.exit(1); });
