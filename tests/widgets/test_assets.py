"""The one module that a notebook gets is the same program as the modules of the page."""

from __future__ import annotations

import re

from ecslite.widgets import assets

SOURCES = {name: (assets.HERE / name).read_text(encoding="utf-8") for name in assets.MODULES}


def test_every_module_is_in_the_bundle():
    assert set(assets.MODULES) == {path.name for path in assets.HERE.glob("*.js")}


def test_modules_import_only_from_those_before_them():
    for place, (name, source) in enumerate(SOURCES.items()):
        wanted = set(re.findall(r'from "\./(.*?)"', source))
        assert wanted <= set(assets.MODULES[:place]), name


def test_no_module_imports_from_anywhere_else():
    assert all(line.startswith("import {") and 'from "./' in line for line in lines_with("import "))


def lines_with(word):
    return [line for source in SOURCES.values() for line in source.splitlines() if line.startswith(word)]


def test_the_bundle_has_one_export_and_no_import():
    assert re.findall(r"^(?:export|import)\b.*", assets.esm(), re.M) == ["export default {"]


def test_no_two_modules_use_one_name():
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", assets.esm(), re.M)
    assert len(names) == len(set(names))


def test_widgets_put_no_markup_together_from_data_and_run_no_text():
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|document\.write")
    assert forbidden.findall(assets.esm()) == []


def test_widgets_ask_no_other_host():
    names = "http://www.w3.org/2000/svg"  # the name of SVG's elements, which nobody asks for
    assert re.findall(r"https?://", (assets.esm() + assets.css()).replace(names, "")) == []


def test_plotly_is_found_where_it_is_installed():
    assert "plotly.js" in (assets.plotly_js() or "")[:500]


def test_the_wheels_own_bundle_comes_first(tmp_path, monkeypatch):
    bundle = tmp_path / "plotly-basic.min.js"
    bundle.write_text("the basic bundle", encoding="utf-8")
    monkeypatch.setattr(assets, "PLOTLY_BUNDLE", bundle)
    assert assets.plotly_js() == "the basic bundle"
