/** Files that are dropped anywhere on the page: on the policy a policy, elsewhere lines. */

/** Calls `dropped` with the file and the element that it was dropped on. */
export function onDrop(dropped: (file: File, on: Element) => void): void {
  const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  const over = (on: boolean) => document.body.classList.toggle("dropping", on);
  // Before the editors see it: they would take the text as it is.
  addEventListener(
    "dragover",
    (event) => {
      if (!files(event)) return;
      event.preventDefault();
      over(true);
    },
    true,
  );
  addEventListener("dragleave", (event) => event.relatedTarget ?? over(false), true);
  addEventListener(
    "drop",
    (event) => {
      over(false);
      if (!files(event)) return;
      event.preventDefault();
      event.stopPropagation();
      const file = event.dataTransfer?.files[0];
      if (file && event.target instanceof Element) dropped(file, event.target);
    },
    true,
  );
}
