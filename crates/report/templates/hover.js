"use strict";
// Shows the values of the nearest point of a plot, for a mouse or a finger.
for (const plot of document.querySelectorAll(".plot")) {
  const svg = plot.querySelector("svg"), tip = plot.querySelector(".tip");
  let points = null;
  const hide = () => { tip.hidden = true; };
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("pointercancel", hide);
  const show = (event) => {
    points = points || JSON.parse(plot.dataset.points);
    if (!points.length) return;
    const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    const scale = box.width / view.width;
    const x = (event.clientX - box.left) / scale, y = (event.clientY - box.top) / scale;
    let best = null, least = Infinity;
    for (const point of points) {
      const distance = (point[0] - x) ** 2 + (point[1] - y) ** 2;
      if (distance < least) { least = distance; best = point; }
    }
    if (least > (view.width / 8) ** 2) return hide();
    tip.textContent = best[2];
    tip.hidden = false;
    const left = Math.min(best[0] * scale + 8, box.width - tip.offsetWidth);
    tip.style.left = Math.max(left, 0) + "px";
    tip.style.top = Math.max(best[1] * scale - tip.offsetHeight - 8, 0) + "px";
  };
  plot.addEventListener("pointermove", show);
  plot.addEventListener("pointerdown", show);
}
