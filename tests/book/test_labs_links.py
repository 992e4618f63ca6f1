"""Links to labs: relative to the page, and named as the lab names itself."""

import json
from pathlib import Path

import pytest

from book.labs_links import opening, title


@pytest.mark.parametrize(("page", "root"), [("chapters/services", "../"), ("intro", ""), ("a/b/c", "../../")])
def test_a_lab_opens_in_the_sites_own_jupyterlite_in_a_tab_of_its_own(page: str, root: str) -> None:
    assert opening(page, "01-first lab", "Try & see") == (
        f'<a class="ecs-lab" href="{root}lite/notebooks/index.html?path=01-first%20lab.ipynb"'
        ' target="_blank" rel="noopener">Try &amp; see</a>'
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([{"cell_type": "markdown", "source": ["Hello\n", "# The first lab\n"]}], "The first lab"),
        ([{"cell_type": "code", "source": "# no heading"}], "01-lab"),
    ],
)
def test_a_lab_is_named_by_its_first_heading(tmp_path: Path, cells: list[object], expected: str) -> None:
    notebook = tmp_path / "01-lab.ipynb"
    notebook.write_text(json.dumps({"cells": cells}))
    assert title(notebook) == expected
