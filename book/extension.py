"""The book's Sphinx extension: what every page says to the page's kernel, and what it must not ask of another host.

Named in _config.yml under local_extensions, so it is loaded after Jupyter Book's own extensions.
"""

import json
import os
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from book import cells, gathered, labs_links, listings, notebooks, offline

FIGURES = ('class="ecs-figure', 'class="ecs-explorer')
"""What a page has in its body when it needs plotly.js."""

BOOK_URL = "BOOK_URL"
"""Environment variable: the address under which the site will stand (https://example.org/book/), if it is known."""

EXECUTION_CACHE = "BOOK_EXECUTION_CACHE"
"""Environment variable: the folder of executed notebooks, another one for each state of the engine (see book.html)."""

BUILD_CODE = "BOOK_CODE"
"""Environment variable: the hash of the build's code and of the labs; Sphinx reads all pages again when it changes."""


NOT_FOUND = """<h1>This page is not here</h1>
<p>Perhaps it has another name now. Begin with <a href="{root}">the first page</a>, or search the book.</p>
"""
"""What a host shows where it finds nothing; it stands at any depth, so its one link goes from the site's root."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx's entry point."""
    offline.setup(app)
    cells.setup(app)
    labs_links.setup(app)
    listings.setup(app)
    gathered.setup(app)
    notebooks.setup(app)
    if os.environ.get(BOOK_URL):
        app.setup_extension("sphinx_sitemap")
    app.add_config_value("book_code", os.environ.get(BUILD_CODE, ""), "env")
    app.connect("config-inited", configure)
    app.connect("html-page-context", add_page_contract, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def configure(app: Sphinx, config: Config) -> None:
    """Settings that depend on the build's surroundings; a changed cache folder makes Sphinx read all pages again."""
    if os.environ.get(EXECUTION_CACHE):
        config.nb_execution_cache_path = os.environ[EXECUTION_CACHE]
    if os.environ.get(BOOK_URL):
        address = os.environ[BOOK_URL].rstrip("/") + "/"
        config.html_baseurl = config.ogp_site_url = address
        config.notfound_urls_prefix = urlsplit(address).path
        config.sitemap_url_scheme = "{link}"
        config.sitemap_excludes = ["404.html", "search.html"]
    config.notfound_context = {"title": "Not found", "body": NOT_FOUND.format(root=config.notfound_urls_prefix)}


def add_page_contract(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Adds page.css, page.js, plotly.js where it is needed, and the JSON block with the page's cells."""
    if pagename == "404":  # served at any depth, so it has no relative way to the assets, and no cells
        buttons = context.get("header_buttons") or []
        context["header_buttons"] = [each for each in buttons if each.get("type") != "javascript"]
        return
    root = "../" * pagename.count("/") or "./"
    body = context.get("body") or ""
    page = {"root": root, "assets": f"{root}_static/ecs/", "cells": cells.store(app.env).get(pagename, [])}
    tags = head(page["assets"], any(mark in body for mark in FIGURES))
    context["metatags"] = context.get("metatags", "") + tags + block(page)


def head(assets: str, figures: bool) -> str:
    """The page's style and scripts, relative to the page; without ?v=, as modules go by their exact address."""
    plotly = f'<script defer src="{assets}plotly.min.js"></script>\n' if figures else ""
    return (
        f'\n<link rel="stylesheet" href="{assets}page.css">\n{plotly}'
        f'<script type="module" src="{assets}page.js"></script>\n'
    )


def block(page: dict[str, Any]) -> str:
    """A page's facts as a JSON block that no cell's source can close."""
    text = json.dumps(page, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="ecs-page">{text}</script>\n'
