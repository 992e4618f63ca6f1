// node firefox.mjs FIREFOX ADDRESS: opens the chapter, presses Start, predicts, runs, and prints what it saw as JSON.
// Playwright wants a Firefox build of its own; puppeteer-core drives the system's over WebDriver BiDi.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";

const book = path.resolve(import.meta.dirname, "../../book");
const puppeteer = createRequire(path.join(book, "package.json"))("puppeteer-core");
const [executablePath, address] = process.argv.slice(2);
const browser = await (puppeteer.default ?? puppeteer).launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(address);
  await page.waitForSelector(".ecs-explorer .js-plotly-plot");
  const figure = () =>
    page.$eval(".ecs-explorer .js-plotly-plot", (plot) => JSON.stringify(plot.data.map((trace) => Array.from(trace.y))));
  const before = await figure();
  await page.click("[data-kernel-start]");
  await page.waitForSelector("html[data-kernel=ready]", { timeout: 60000 });
  const by = await page.$eval("html", (html) => html.dataset.kernelBy);
  await page.click(".ecs-explorer .ecs-predict input[type=number]");
  await page.type(".ecs-explorer .ecs-predict input[type=number]", "4");
  await page.click(".ecs-explorer .ecs-run");
  await page.waitForFunction(() => document.querySelector(".ecs-sentence").innerText.includes("Help came"), { timeout: 30000 });
  const sentence = await page.$eval(".ecs-sentence", (said) => said.innerText);
  console.log(JSON.stringify({ by, changed: (await figure()) !== before, sentence, faults }));
} finally {
  await browser.close();
}
