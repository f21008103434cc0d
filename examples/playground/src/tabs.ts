/** Tabs: arrows move between them, and each shows its panel. */

/** Makes the elements of role `tab` in `list` work; returns what shows one of them, by its id. */
export function tabs(list: HTMLElement): (id: string) => void {
  const all = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
  const show = (id: string) => {
    for (const tab of all) {
      const chosen = tab.id === id;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !chosen;
    }
  };
  for (const [index, tab] of all.entries()) {
    tab.addEventListener("click", () => show(tab.id));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = by && all[(index + by + all.length) % all.length];
      if (!next) return;
      event.preventDefault();
      show(next.id);
      next.focus();
    });
  }
  return show;
}
