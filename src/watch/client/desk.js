// Shows the report's newest picture beside the page.
"use strict";
const shelf = document.querySelector("main"), month = document.body.dataset.month;
const stream = new EventSource(`/-/desk/${month}/events`);
stream.onmessage = async (message) => {
  const { picture, trouble } = JSON.parse(message.data);
  const shown = [];
  if (trouble) shown.push(Object.assign(document.createElement("p"), { className: "watch-failure", textContent: trouble }));
  if (picture) {
    const image = Object.assign(new Image(), { src: `/-/desk/${month}/${picture}.png`, alt: "The pages of the report" });
    // The old picture stays until the new one is there. One that has been replaced meanwhile is announced by the next message.
    try { await image.decode(); } catch { return; }
    shown.push(image);
  }
  const { scrollTop } = shelf;
  shelf.replaceChildren(...shown);
  shelf.scrollTop = scrollTop;
};
