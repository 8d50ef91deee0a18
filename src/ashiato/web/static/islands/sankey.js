/* Draws the table of flows that is on the page as a Sankey diagram, in colours of the style sheet. Without it, the table stands alone. */
"use strict";
(() => {
  const ROW = 34;
  const NARROW = 640;

  function read(table) {
    const nodes = new Map();
    const links = [];
    for (const row of table.tBodies[0].rows) {
      const { source, target, weight, sourceKind, targetKind, sourceTotal, targetTotal, hot, credit } = row.dataset;
      const [from, to] = [row.cells[0].textContent, row.cells[1].textContent];
      if (!nodes.has(source)) nodes.set(source, { label: from, kind: sourceKind, total: sourceTotal, hot: false });
      if (!nodes.has(target)) nodes.set(target, { label: to, kind: targetKind, total: targetTotal, hot: false });
      if (hot) nodes.get(source).hot = true;
      if (credit) nodes.get(source).credit = true;
      links.push({ source, target, value: Number(weight), text: `${from} → ${to}: ${row.cells[2].textContent} (${row.cells[3].textContent})`, amount: row.cells[2].textContent, hot, credit });
    }
    return { nodes, links };
  }

  function columns(nodes, links) {
    const depth = new Map([...nodes.keys()].map((key) => [key, 0]));
    for (let round = 0, moved = true; moved && round < nodes.size; round += 1) {
      moved = false;
      for (const link of links) {
        if (depth.get(link.target) <= depth.get(link.source)) {
          depth.set(link.target, depth.get(link.source) + 1);
          moved = true;
        }
      }
    }
    const count = new Map();
    for (const at of depth.values()) count.set(at, (count.get(at) || 0) + 1);
    return { deepest: Math.max(...depth.values()), fullest: Math.max(...count.values()) };
  }

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const probe = document.createElement("span");
    document.body.append(probe);
    const found = {};
    for (const name of ["ai", "kaki", "moss", "credit", "line", "ink", "soft", "card"]) {
      probe.style.color = `var(--${name})`;
      found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    return { ...found, font: style.fontFamily };
  }

  const pen = document.createElement("canvas").getContext("2d");

  function shortened(text, room, font) {
    pen.font = font;
    if (pen.measureText(text).width <= room) return text;
    let kept = text;
    while (kept.length > 1 && pen.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
    return `${kept}…`;
  }

  function draw(table) {
    const into = document.getElementById(table.dataset.into);
    const { nodes, links } = read(table);
    if (!into || !links.length || typeof echarts === "undefined") return;
    into.hidden = false;
    const { deepest, fullest } = columns(nodes, links);
    const render = () => {
      const width = into.clientWidth;
      const narrow = width < NARROW;
      const c = colours();
      into.style.height = `${Math.max(260, fullest * ROW * (narrow ? 1.5 : 1.25) + 40)}px`;
      const chart = echarts.getInstanceByDom(into) || echarts.init(into, null, { renderer: "svg" });
      const room = Math.max(70, Math.min(260, width / (deepest + 1) - 34));
      chart.setOption(
        {
          animation: false,
          aria: { enabled: true, label: { description: table.dataset.label } },
          tooltip: { trigger: "item", confine: true, backgroundColor: c.card, borderColor: c.line, textStyle: { color: c.ink, fontFamily: c.font }, formatter: (item) => echarts.format.encodeHTML(item.data.text) },
          series: [
            {
              type: "sankey",
              left: 4,
              right: room + 14,
              top: 26,
              bottom: 10,
              nodeWidth: 10,
              nodeGap: 24,
              draggable: false,
              layoutIterations: 64,
              emphasis: { focus: "adjacency", lineStyle: { opacity: 0.75 } },
              label: {
                position: "right",
                distance: 6,
                color: c.ink,
                fontFamily: c.font,
                fontSize: 13,
                backgroundColor: c.card,
                borderRadius: 4,
                padding: [1, 4],
                formatter: (item) => `${item.data.short} ${item.data.total}`,
              },
              data: [...nodes].map(([name, node]) => ({
                name,
                short: shortened(node.label, room - 60, `13px ${c.font}`),
                total: node.total,
                text: `${node.label}: ${node.total}`,
                itemStyle: { color: node.credit ? c.credit : node.hot ? c.kaki : node.kind === "answer" ? c.moss : node.kind === "other" ? c.soft : c.ai, borderWidth: 0 },
              })),
              links: links.map((link) => ({
                ...link,
                lineStyle: link.credit
                  ? { color: "none", borderColor: c.credit, borderWidth: 1.5, borderType: [6, 4], opacity: 1, curveness: 0.5 }
                  : { color: link.hot ? c.kaki : c.ai, opacity: link.hot ? 0.4 : 0.16, curveness: 0.5 },
                edgeLabel: { show: Boolean(link.credit) && !narrow, color: c.ink, fontFamily: c.font, fontSize: 12, backgroundColor: c.card, formatter: () => link.amount },
              })),
            },
          ],
        },
        true,
      );
      chart.resize();
    };
    render();
    new ResizeObserver(() => render()).observe(into.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
    addEventListener("beforeprint", render);
  }

  for (const table of document.querySelectorAll('table[data-island="sankey"]')) draw(table);
})();
