"""Sphinx: what is gathered from the chapters: every term with its definition, every source, every question.

```{terms}              all terms of all {glossary} directives, by the alphabet, each with the chapter that explains it
```
```{sources}            all that the chapters' footnotes link to, each with the chapters that do
```
```{questions}          all questions of "Check yourself", a section a chapter; again.ts says when each comes
```

What a page has is kept in the build's environment when the page is read. The lists are made when their pages are
written, and these pages are written again whenever any other page was read.
"""

import json
import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from book.tables import link

Found = dict[str, list[Any]]
"""A page's "terms": (term, id, definition), "sources": (work, title, address), "exercises": (name, kind, HTML), and the
kinds of "lists" that it shows."""

EXERCISE = re.compile(
    r'<div class="ecs-exercise" data-kind="(\w+)">.*<script [^>]*class="ecs-data">(.*?)</script>', re.S
)
"""An exercise as the widget writes it."""


class Listing(nodes.General, nodes.Element):
    """Stands where a list comes; `kind` is terms, sources or questions."""


class TermList(SphinxDirective):
    """The glossary of the book."""

    kind = "terms"

    def run(self) -> list[nodes.Node]:
        """The place of the list."""
        return [Listing("", kind=self.kind)]


class SourceList(TermList):
    """The sources of the book."""

    kind = "sources"


class QuestionList(TermList):
    """The questions of the book."""

    kind = "questions"


def gather(app: Sphinx, doctree: nodes.document) -> None:
    """Keeps what the page that was read defines and links to."""
    store(app.env)[app.env.docname] = {
        "terms": [term for glossary in doctree.findall(addnodes.glossary) for term in terms_of(glossary)],
        "sources": [source for note in doctree.findall(nodes.footnote) for source in sources_of(note)],
        "exercises": [exercise for raw in doctree.findall(nodes.raw) for exercise in exercises_of(raw.astext())],
        "lists": [each["kind"] for each in doctree.findall(Listing)],
    }


def terms_of(glossary: addnodes.glossary) -> list[tuple[str, str, list[nodes.Node]]]:
    """Each term, its id on its page, and a copy of its definition."""
    made = []
    for item in glossary.findall(nodes.definition_list_item):
        definition = next(item.findall(nodes.definition))
        children = [child.deepcopy() for child in definition.children]
        made += [(term.astext(), term["ids"][0], children) for term in item.findall(nodes.term)]
    return made


def sources_of(note: nodes.footnote) -> list[tuple[str, str, str]]:
    """Each page that a footnote links to: its work, its title and its address.

    The work is what stands between the link and the sentence or the link before it; where that is no more than a comma
    or an "and", it is the work of the link before.
    """
    made: list[tuple[str, str, str]] = []
    for paragraph in note.findall(nodes.paragraph):
        words = ""
        for each in paragraph.children:
            if isinstance(each, nodes.reference) and each.get("refuri", "").startswith("http"):
                work = words.rpartition(". ")[2].strip(" ,:;.").removeprefix("and").strip(" ,")
                made.append((work or (made[-1][0] if made else ""), each.astext(), each["refuri"]))
                words = ""
            else:
                words += each.astext().replace("\n", " ")
    return made


def exercises_of(html: str) -> list[tuple[str, str, str]]:
    """The exercise in an output of a cell, if there is one: its name, its kind, and its HTML."""
    found = EXERCISE.match(html.strip())
    return [(json.loads(found[2])["name"], found[1], html.strip())] if found else []


class Lists(SphinxPostTransform):
    """Puts the lists in their places, before references are resolved (priority 10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Replaces each place by its list."""
        for place in list(self.document.findall(Listing)):
            make = {"terms": self.terms, "sources": self.sources, "questions": self.questions}
            place.replace_self(make[place["kind"]]())

    def found(self) -> list[tuple[str, Found]]:
        """What was gathered, page by page in the book's order."""
        order = pages_in_order(self.env, self.env.config.root_doc)
        return [(page, store(self.env)[page]) for page in order if page in store(self.env)]

    def terms(self) -> nodes.Node:
        """A definition list by the alphabet; a term leads to the place that explains it."""
        found = [(*term, page) for page, all_of in self.found() for term in all_of["terms"]]
        listed = nodes.definition_list("", classes=["ecs-terms"])
        for term, target, definition, page in sorted(found, key=lambda one: (one[0].casefold(), one[3])):
            inside = [child.deepcopy() for child in definition]
            for child in inside:
                for cross in child.findall(addnodes.pending_xref):
                    cross["refdoc"] = self.env.docname
            chapter = nodes.paragraph("", "", self.to(page, f"#{target}", self.title(page)), classes=["ecs-where"])
            name = nodes.term("", "", self.to(page, f"#{target}", term))
            listed += nodes.definition_list_item("", name, nodes.definition("", *inside, chapter))
        return listed

    def sources(self) -> nodes.Node:
        """A list by work and title; each page once, with the chapters that name it."""
        chapters: dict[str, list[str]] = {}
        first: dict[str, tuple[str, str]] = {}
        for page, all_of in self.found():
            for work, title, address in all_of["sources"]:
                if page not in chapters.setdefault(address, []):
                    chapters[address].append(page)
                first.setdefault(address, (work, title))
        listed = nodes.bullet_list("", classes=["ecs-sources"])
        for address in sorted(first, key=lambda one: (*map(str.casefold, first[one]), one)):
            work, title = first[address]
            words = nodes.paragraph("", f"{work}, " if work else "", link(title, address), nodes.Text(": "))
            for place, page in enumerate(chapters[address]):
                words += [nodes.Text("; ")] * (place > 0)
                words += self.to(page, "", self.title(page))
            words += nodes.Text(".")
            listed += nodes.list_item("", words)
        return listed

    def questions(self) -> nodes.Node:
        """A section a chapter that has questions; it names all its exercises, by which it is known to be begun."""
        parts = []
        for page, all_of in self.found():
            asked = [(name, html) for name, kind, html in all_of["exercises"] if kind == "question"]
            names = escape(json.dumps([name for name, _, _ in all_of["exercises"]]))
            uri = escape(self.app.builder.get_relative_uri(self.env.docname, page))
            chapter = f'<a href="{uri}">{escape(self.title(page))}</a>'
            items = "".join(
                f'<div data-question="{escape(name)}"><p class="ecs-from">From {chapter}</p>{html}</div>'
                for name, html in asked
            )
            if asked:
                head = f'<section data-chapter="{escape(page)}" data-exercises="{names}">'
                parts.append(f"{head}<h2>{chapter}</h2>{items}</section>")
        return nodes.raw("", f'<div class="ecs-again">{"".join(parts)}</div>', format="html")

    def title(self, page: str) -> str:
        """A page's title."""
        return str(self.env.titles[page].astext())

    def to(self, page: str, anchor: str, text: str) -> nodes.reference:
        """A link to another page of the book."""
        uri = self.app.builder.get_relative_uri(self.env.docname, page)
        return nodes.reference("", text, refuri=f"{uri}{anchor}", internal=True)


def pages_in_order(env: BuildEnvironment, page: str) -> list[str]:
    """A page and all below it, in the order of the table of contents."""
    below = env.toctree_includes.get(page, [])
    return [page, *(each for child in below for each in pages_in_order(env, child))]


def store(env: BuildEnvironment) -> dict[str, Found]:
    """What was found on each page; pickled with the environment, so an unchanged page has it."""
    if not hasattr(env, "ecs_gathered"):
        env.ecs_gathered = {}  # type: ignore[attr-defined]
    return env.ecs_gathered  # type: ignore[attr-defined,no-any-return]


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drops a page that is read again, or is gone."""
    store(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Takes over what a parallel reader found."""
    store(env).update({name: found for name, found in store(other).items() if name in docnames})


def listing_pages(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages that list what others have: written again after any reading."""
    return sorted(page for page, found in store(env).items() if found["lists"])


def setup(app: Sphinx) -> None:
    """Called by book.extension."""
    app.add_node(Listing)
    app.add_directive("terms", TermList)
    app.add_directive("sources", SourceList)
    app.add_directive("questions", QuestionList)
    app.add_post_transform(Lists)
    app.connect("doctree-read", gather)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", listing_pages)
