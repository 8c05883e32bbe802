import type { ElectronApplication, Page } from "playwright-core";
import { expect } from "vitest";
import { shownView, showView } from "./drive-window.ts";

/** The sizes in which every view is looked at, in CSS pixels. */
export const WINDOW_SIZES = [
  [1280, 800],
  [960, 640],
  [1920, 1080],
] as const;

export async function resizeWindow(app: ElectronApplication, page: Page, width: number, height: number) {
  await app.evaluate(
    ({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
    },
    { width, height },
  );
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
}

export async function setProjectorScale(page: Page, on: boolean): Promise<void> {
  const scale = () => page.evaluate(() => document.documentElement.dataset["projector"]);
  if ((await scale()) === String(on)) return;
  await showView(page, "Settings");
  const choice = page.getByRole("switch", { name: "Projector scale" });
  if ((await choice.isChecked()) !== on) await choice.click({ force: true });
  await expect.poll(scale).toBe(String(on));
}

/** Chooses a theme in Settings, and stays there. */
export async function setTheme(page: Page, theme: "Light" | "Dark"): Promise<void> {
  await showView(page, "Settings");
  await page.locator("label", { hasText: theme }).first().click();
}

/** What a view says under its primary button before anything is started, or why it cannot. */
const FORECAST = /needs [\d.,]+ .?B|memory at most|No forecast/;

/** Waits for the forecast of a view that has one. */
export const forecastShown = (page: Page): Promise<void> =>
  shownView(page)
    .getByText(FORECAST)
    .or(shownView(page).locator("[role=alert]"))
    .filter({ visible: true })
    .first()
    .waitFor();

/** No element has come or gone for this long: what a view asks of main and loads is there. */
const QUIET_MS = 100;
/** A view in which something always comes or goes is looked at all the same, after so many times as long. */
const MOST_UNQUIET = 20;

/**
 * Waits until the page is drawn and nothing comes to it or goes from it any more.
 *
 * @param mostUnquiet After so many quiet times it is looked at all the same.
 */
export const settled = (page: Page, mostUnquiet = MOST_UNQUIET): Promise<void> =>
  page.evaluate(
    ({ waitMs, mostMs }) =>
      new Promise<void>((resolve) => {
        const end = (): void => {
          observer.disconnect();
          clearTimeout(quiet);
          clearTimeout(most);
          requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
        };
        const observer = new MutationObserver(() => {
          clearTimeout(quiet);
          quiet = setTimeout(end, waitMs);
        });
        let quiet = setTimeout(end, waitMs);
        const most = setTimeout(end, mostMs);
        observer.observe(document.body, { childList: true, subtree: true });
      }),
    { waitMs: QUIET_MS, mostMs: mostUnquiet * QUIET_MS },
  );

/**
 * What can be moved sideways though it need not be. Code and the graph may, and tables with as many columns as
 * somebody chooses, which say so with `data-columns="chosen"`.
 */
export const scrollsSideways = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("html, body, section, main, main *")]
      .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.checkVisibility())
      .filter((box) => ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
      .filter(
        (box) =>
          box.closest("pre, .katex, [data-columns='chosen'], [aria-label^='Computation graph']") === null,
      )
      .map((box) => {
        const right = box.getBoundingClientRect().left + box.clientWidth;
        const wide = [...box.querySelectorAll<HTMLElement>("*")].filter(
          (inner) => inner.getBoundingClientRect().right > right + 1,
        );
        const named = wide.slice(0, 3).map(({ tagName, className }) => `${tagName} ${className}`);
        return `${box.tagName} ${box.className} ${box.scrollWidth} > ${box.clientWidth}: ${named.join(", ")}`;
      }),
  );

/** Texts that lose a part: behind an edge, under an ellipsis that no title completes, or in a box too low. */
export const cutTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const cut: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    // A box is asked for each text in it: thousands of times, if it were not kept.
    const kept = new Map<
      Element,
      {
        readonly style: Pick<CSSStyleDeclaration, "overflowX" | "overflowY" | "position">;
        readonly edge: DOMRect;
      }
    >();
    const boxOf = (element: Element) => {
      const found = kept.get(element);
      if (found !== undefined) return found;
      const { overflowX, overflowY, position } = getComputedStyle(element);
      const box = { style: { overflowX, overflowY, position }, edge: element.getBoundingClientRect() };
      kept.set(element, box);
      return box;
    };
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const text = node.textContent?.trim() ?? "";
      const parent = node.parentElement;
      if (text === "" || parent?.checkVisibility() !== true) continue;
      if (
        parent.closest(
          "script, style, svg, select, .visually-hidden, [data-stacked='true'] thead, .katex, [aria-hidden='true']",
        ) !== null
      )
        continue;
      range.selectNodeContents(node);
      const own = range.getBoundingClientRect();
      if (own.width === 0) continue;
      for (let box: HTMLElement | null = parent; box !== null; box = box.parentElement) {
        const {
          style: { overflowX, overflowY, position },
          edge,
        } = boxOf(box);
        const clips = (overflow: string) => overflow === "hidden" || overflow === "clip";
        const scrolls = (overflow: string) => overflow === "auto" || overflow === "scroll";
        const sideways = own.right > edge.right + 1 || own.left < edge.left - 1;
        const upright = own.bottom > edge.bottom + 2 || own.top < edge.top - 2;
        // A title or a label tells the whole of what an ellipsis shortens.
        if ((clips(overflowX) && sideways) || (clips(overflowY) && upright)) {
          const whole = box.closest("[title]")?.getAttribute("title") ?? "";
          if (!whole.includes(text)) {
            cut.push(`"${text.slice(0, 60)}" in ${box.tagName} ${box.className.slice(0, 60)}`);
          }
          break;
        }
        // What lies beyond the edge of a box that scrolls can be scrolled to.
        if (scrolls(overflowX) || scrolls(overflowY)) break;
        if (position === "fixed") break;
      }
    }
    return [...new Set(cut)];
  });

/** Selects whose longest text does not fit into its box. */
export const cutSelects = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("select")]
      .filter((select) => select.checkVisibility() && select.closest("section") !== null)
      .flatMap((select) => {
        const style = getComputedStyle(select);
        const context = document.createElement("canvas").getContext("2d");
        if (context === null) return [];
        context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        return [...select.options]
          .filter(({ text }) => context.measureText(text).width > room + 0.5)
          .map(({ text }) => `"${text}" of ${Math.ceil(context.measureText(text).width)} px in ${room} px`);
      }),
  );

/** Labels of the settings that lose part of their text. */
export const cutLabels = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("section label, section legend")]
      .filter((label) => label.checkVisibility() && label.scrollWidth > label.clientWidth + 1)
      .filter((label) => getComputedStyle(label).display !== "inline")
      .map((label) => `${label.innerText} ${label.scrollWidth} > ${label.clientWidth}`),
  );
