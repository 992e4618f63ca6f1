"""Python's standard library for the browser: Pyodide's archive without what cannot work in a page.

A page has no sockets, no processes and no terminal, and nobody reads EBCDIC in it. Left out are modules that need
those, and plain Python twins of modules that Pyodide has in C. JupyterLite starts from the same archive.
"""

import re
import zipfile
from pathlib import Path

from book import wheels

ENCODINGS = (
    "__init__|aliases|ascii|charmap|cp437|cp1252|hex_codec|base64_codec|bz2_codec|zlib_codec|quopri_codec|uu_codec"
    "|idna|punycode|iso8859_1|iso8859_15|latin_1|raw_unicode_escape|unicode_escape|rot_13|undefined|utf_\\w+"
)
"""The encodings that stay: Unicode's own, ASCII, western Europe's, and those of addresses and archives."""

LEFT_OUT = re.compile(
    r"^(multiprocessing|wsgiref|xmlrpc|sqlite3|__phello__)/"
    r"|^(smtplib|imaplib|ftplib|poplib|mailbox|antigravity|nturl2path|_pyio|_pydatetime)\.py$"
    r"|^concurrent/(futures/process\.py$|futures/interpreter\.py$|interpreters/)"
    r"|^asyncio/(windows_events|windows_utils|proactor_events|tools|__main__)\.py$"
    r"|^ctypes/(macholib/|wintypes|_aix)"
    r"|^_pyrepl/(?!(__init__|utils|pager|types|trace)\.py$)"
    rf"|^encodings/(?!({ENCODINGS})\.py$)"
    r"|\.(ini|txt|typed|bat)$"
)
"""Members of the archive that no page and no lab imports; a test follows the imports of everything that stays."""


def write(original: Path, target: Path) -> None:
    """The archive without what is left out."""
    with zipfile.ZipFile(original) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not LEFT_OUT.search(name)]
        wheels.write_zip(target, {name: archive.read(name) for name in names})
