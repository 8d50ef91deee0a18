"""Fetches what the pages need from npm and writes it into `src/ashiato/web` as built files, each with its licence beside it.

Run by hand where npm is at hand; nothing of it is needed to install, test or run Ashiato. Versions are pinned here; `git diff` shows what changed.
"""

import json
import re
import subprocess
import tempfile
from pathlib import Path

WEB = Path(__file__).parents[1] / "src/ashiato/web"
TESTS = Path(__file__).parents[1] / "tests/browser"
PACKAGES = {
    "htmx.org": "2.0.11",  # 2.x: supported for good by its makers, and works without eval (allowEval=false)
    "echarts": "6.1.0",
    "esbuild": "0.28.2",  # builds the part of ECharts that is used
    "lucide-static": "1.62.0",
    "@fontsource-variable/inter": "5.3.0",
    "axe-core": "4.14.1",  # for the tests in a browser
}
ICONS = (
    "arrow-right", "bell", "bookmark", "building-2", "chart-column", "chevron-right", "circle-check", "clipboard-list", "door-open", "download",
    "eye", "file-check", "file-spreadsheet", "filter", "heart-pulse", "list-todo", "log-out", "menu", "package", "plus", "scale", "scroll-text",
    "search", "send", "settings", "shield-check", "triangle-alert", "users", "x",
)  # fmt: skip
CHARTS = """
import * as core from "echarts/core";
import { BarChart, LineChart, SankeyChart, ScatterChart, TreemapChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
core.use([BarChart, LineChart, SankeyChart, ScatterChart, TreemapChart, AriaComponent, GridComponent, MarkLineComponent, TitleComponent,
  TooltipComponent, SVGRenderer]);
globalThis.echarts = core;
"""
LATIN = ("latin", "latin-ext")


def main() -> None:
    """Fetches, builds and writes everything."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
        _run(there, "npm", "install", "--silent", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", *wanted)
        modules = there / "node_modules"
        _copy(modules / "htmx.org/dist/htmx.min.js", WEB / "static/htmx.min.js")
        _charts(there)
        _icons(modules / "lucide-static/icons")
        _latin(modules / "@fontsource-variable/inter")
        _copy(modules / "axe-core/axe.min.js", TESTS / "axe.min.js")
        licences = {"htmx.org": "LICENSE", "echarts": "LICENSE", "lucide-static": "LICENSE", "@fontsource-variable/inter": "LICENSE"}
        for package, file in licences.items():
            _copy(modules / package / file, WEB / "licences" / f"{package.rpartition('/')[2]}.txt")
        _copy(modules / "echarts/NOTICE", WEB / "licences/echarts-notice.txt")
        _copy(modules / "zrender/LICENSE", WEB / "licences/zrender.txt")
        _copy(modules / "axe-core/LICENSE", TESTS / "axe-LICENSE.txt")
    (WEB / "licences/versions.json").write_text(json.dumps(PACKAGES, indent=2) + "\n", encoding="utf-8")


def _charts(there: Path) -> None:
    (there / "charts.js").write_text(CHARTS, encoding="utf-8")
    made = WEB / "static/echarts.min.js"
    _run(there, "node_modules/.bin/esbuild", "charts.js", "--bundle", "--minify", "--format=iife", "--legal-comments=inline", f"--outfile={made}")


def _icons(folder: Path) -> None:
    """One file of all drawings: name → what stands inside the svg."""
    drawn = {}
    for name in ICONS:
        svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
        drawn[name] = " ".join(re.sub(r"(?s)<!--.*?-->|</?svg[^>]*>", "", svg).split())
    (WEB / "icons.json").write_text(json.dumps(drawn, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _latin(package: Path) -> None:
    """Inter, variable in its weight, for Latin scripts; the version in the folder's name lets browsers keep it for good."""
    folder = f"fonts/inter-{PACKAGES['@fontsource-variable/inter']}"
    css = (package / "wght.css").read_text(encoding="utf-8")
    faces = []
    for script in LATIN:
        name = f"inter-{script}-wght-normal.woff2"
        _copy(package / "files" / name, WEB / "static" / folder / name)
        found = re.search(rf"(?s)/\* inter-{script}-wght-normal \*/.*?unicode-range: ([^;]*);", css)
        if found is None:
            raise SystemExit(f"no range of characters for {name}")
        faces.append(_face("Inter", f"{folder}/{name}", "100 900", found[1]))
    written = WEB / "static/fonts.css"
    others = [line for line in written.read_text(encoding="utf-8").splitlines() if '"Inter"' not in line]  # refresh_fonts.py's
    written.write_text("\n".join((*faces, *others)) + "\n", encoding="utf-8")


def _face(family: str, file: str, weight: str, characters: str) -> str:
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-display: swap; src: url("{file}") format("woff2");'
        f" unicode-range: {characters}; }}"
    )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    text = source.suffix in (".js", "")
    content = source.read_bytes()
    if text:
        content = re.sub(rb"\n//# sourceMappingURL=.*", b"", content)
    target.write_bytes(content)


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    main()
