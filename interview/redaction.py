"""Takes what names a person out of texts before a model is sent them, and puts it back into what comes back.

Names that are given, e-mail addresses, links and phone numbers become numbered marks such as `[NAME_1]`. Years, dates,
amounts, version numbers and IP addresses stay. Rules, not a model: what they do not know (a street, a name that nobody
gave) is not taken out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import partial

from interview.engines.embedded.cleaning import FUNCTION_WORDS

_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Kana and Han, written without spaces: a name there has no word boundary."""
_MARK = re.compile(r"\[?\b(NAME|EMAIL|LINK|PHONE|MARK)_(\d{1,6})\b\]?")
_LITERAL_MARK = re.compile(r"\[?\b(?:NAME|EMAIL|LINK|PHONE|MARK)_\d+\b\]?")
_EMAIL = re.compile(r"(?:mailto:)?\b[\w.+%-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}\b")
_TOP = r"(?:com|org|net|io|dev|me|info|app|ai|co|eu|uk|de|fr|es|it|nl|be|ch|at|pl|se|no|dk|fi|pt|ie|in|ca|au|us|br)"
_JOINED = re.compile(r"(?i)[a-z0-9-]+\.(?:it|be|at|no|in|us|me|info|app)")
"""Ends in a word: "I fixed it.It was the cache." holds no link, unless it is introduced as one: "Leeds | dana.me"."""
_INTRODUCED = re.compile(
    r"(?im)(?:^|[|•·,;:(<]|\b(?:website|site|portfolio|blog|homepage|page|see|visit|under|at|is))\s*\Z"
)
_KNOWN = r"""(?:(?:asp|ado|vb|ml)\.net | (?:socket|draw|fly|crates|docker|quay|k8s|spring|pages)\.io
      | (?:booking|amazon|salesforce|monday|cal|force|paypal|ebay|github|gitlab|google|jobs)\.com
      | (?:h2o|c3|character)\.ai)"""
"""Products and companies that are named like an address; with a path, they are one."""
_LINK = re.compile(
    rf"""(?ix)
    \bhttps?://[^\s<>"“”\[\]]+ | \bwww\.[^\s<>"“”\[\]]+
    | (?<![\w.@/-])(?!{_KNOWN}\b(?!/|\.\w))(?:[a-z0-9][a-z0-9-]*\.)+{_TOP}\b(?!\.\w)(?:/[^\s<>"“”\[\]]*)?
    | \b(?:linkedin|github|gitlab|twitter|skype|telegram|instagram|xing|kaggle)\s?:\s?@?[\w./-]*\w(?=[\s,;|)]|$)
    """
)
_PHONE = re.compile(r"(?<![\w.,/+-])(?:\+|\(\+?)?\d(?:[\s().\-–/]{0,3}\d){5,17}(?![\w%])(?![.,]\d)")
_LABEL = re.compile(
    r"(?i)\b(?:phone|tel|telephone|telefon|mobile|mobil|cell|handy|whatsapp|call me|(?:my|phone) number|fax)\b"
    r"[^\n\d+(]{0,20}$"
)
_DATES = re.compile(
    r"""(?x)^\(?(?:
      (?:19|20)\d\d \s*[-–/.\s]\s* (?:19|20)\d\d                                   # 2015 - 2019
    | \d{1,2}[./-]\d{1,2}[./-](?:\d\d|\d{4}) (?:\s*[-–]\s*\d{1,2}[./-]\d{1,2}[./-](?:\d\d|\d{4}))?
    | (?:\d{1,2}[./-])?(?:19|20)\d\d \s*[-–]\s* (?:\d{1,2}[./-])?(?:19|20)\d\d     # 03/2017 - 08/2020
    | (?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2} (?:\s*[-–\s]\s*(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2})?
    | (?:19|20)\d\d[-./]\d{1,2} (?:\s*[-–]\s*(?:19|20)\d\d[-./]\d{1,2})?
    )\)?$"""
)
_DOTTED = re.compile(r"^\d+(?:\.\d+)+$")
_NO_PHONE = re.compile(
    r"""(?x)^(?:
      \((?:19|20)\d\d\)                                # a year in brackets
    | \+\d{7}$ | \+\d{1,3}(?:[ .]\d{3})*(?:[ .]000)$    # an increase: +1500000, +25 000 000
    )"""
)
_SHAPES = re.compile(
    r"""(?x)^(?:
      1?[\s.-]?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}      # North America: 555-123-4567
    | \(\d{2,5}\)[\s.-]?\d{2,}(?:[\s.-]\d+)*           # an area code in brackets
    | 1[3-9]\d{9} | [6-9]\d{9}                         # mobile numbers of China and India, written as one
    )$"""
)


def _bare(letter: str) -> str:
    """A letter without its accents, in lower case."""
    plain = unicodedata.normalize("NFD", letter)[0].lower()
    return {"ø": "o", "ł": "l", "đ": "d", "ı": "i"}.get(plain, plain)


_ACCENTED: dict[str, str] = {}
"""By bare Latin letter, the letters that it is when it has accents."""
for _letter in map(chr, range(0xC0, 0x250)):
    _ACCENTED[_bare(_letter)] = _ACCENTED.get(_bare(_letter), "") + _letter


class Redactor:
    """One call's marks. `names`: full names, taken out whole and part by part (parts of three letters or more).

    The same words get the same mark. A name is found as a whole word, with and without accents, in capitals or not; in
    lower case a part that is also a word of grammar ("will", "may") is left as it is. Without `on`, texts pass
    unchanged.
    """

    def __init__(self, names: Iterable[str] = (), *, on: bool = True) -> None:
        self._on = on
        self._names = _names_pattern(names)
        self._marks: dict[str, str] = {}
        self._originals: dict[str, str] = {}

    def redact(self, text: str) -> str:
        """The text with marks in the place of what names a person."""
        if not self._on:
            return text
        # A mark that somebody wrote themselves is taken out first, so that it stands for nothing of ours.
        text = _LITERAL_MARK.sub(partial(self._mark, "MARK"), text)
        text = _EMAIL.sub(partial(self._mark, "EMAIL"), text)
        text = _LINK.sub(self._link, text)
        text = _PHONE.sub(self._phone, text)
        return self._names.sub(self._name, text) if self._names else text

    def restore(self, text: str) -> str:
        """What a model wrote, with the originals in the place of marks; a mark that was never given stays."""
        if not self._originals:
            return text
        return _MARK.sub(lambda found: self._originals.get(f"[{found[1]}_{found[2]}]", found[0]), text)

    def _mark(self, kind: str, found: re.Match[str]) -> str:
        return self._marked(kind, found.group())

    def _marked(self, kind: str, original: str) -> str:
        mark = self._marks.get(original)
        if mark is None:
            number = 1 + sum(known.startswith(f"[{kind}_") for known in self._originals)
            mark = f"[{kind}_{number}]"
            self._marks[original], self._originals[mark] = mark, original
        return mark

    def _link(self, found: re.Match[str]) -> str:
        link = found.group().rstrip(".,;:!?)]}'’")
        if _JOINED.fullmatch(link) and not _INTRODUCED.search(found.string, max(0, found.start() - 40), found.start()):
            return found.group()
        return self._marked("LINK", link) + found.group()[len(link) :]

    def _phone(self, found: re.Match[str]) -> str:
        before = found.string[max(0, found.start() - 40) : found.start()]
        return self._marked("PHONE", found.group()) if _is_phone(found.group(), before) else found.group()

    def _name(self, found: re.Match[str]) -> str:
        return found.group() if found.group() in FUNCTION_WORDS else self._marked("NAME", found.group())


def _is_phone(run: str, before: str) -> bool:
    """Whether a run of digits is a phone number rather than a year, date, amount, version or address of a machine."""
    digits = re.sub(r"\D", "", run)
    if not 7 <= len(digits) <= 15 or _DATES.match(run):
        return False
    if _LABEL.search(before):
        return True
    if run.startswith(("0.", "000")) or _NO_PHONE.match(run):
        return False
    if run.startswith(("+", "(+", "00")):
        return True
    if _DOTTED.match(run) and (run.count(".") == 1 or _is_address(run)):
        return False
    if run.startswith(("0", "(0")):
        return True
    return bool(_SHAPES.match(run)) and not digits.endswith("0000")


def _is_address(run: str) -> bool:
    parts = run.split(".")
    return len(parts) == 4 and all(int(part) <= 255 for part in parts)


def _names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Full names before their parts, longer ones first."""
    found = sorted({part for name in names for part in _parts(name)}, key=lambda part: (-len(part), part))
    return re.compile("|".join(map(_pattern, found)), re.IGNORECASE) if found else None


def _parts(name: str) -> Iterator[str]:
    words = [word for word in re.split(r"[\s,.]+", name) if word]
    whole = " ".join(words)
    if len(whole) >= 3 or (len(whole) == 2 and _SPACELESS.search(whole)):
        yield whole
    for word in words:
        for part in (word, *re.split(r"[-‐–'’‘]", word)):
            if sum(map(str.isalpha, part)) >= 3:
                yield part


def _pattern(part: str) -> str:
    letters = "".join(map(_any_form, unicodedata.normalize("NFC", part)))
    return letters if _SPACELESS.search(part) else rf"(?<!\w){letters}(?!\w)"


def _any_form(letter: str) -> str:
    """A letter of a name as people and speech recognition write it: accents may be there, apart, or not."""
    if letter == " ":
        return r"[\s,.]+"
    if letter in "'’‘":
        return "['’‘]"
    bare = _bare(letter)
    return f"[{bare}{_ACCENTED[bare]}][\u0300-\u036f]*" if bare in _ACCENTED else re.escape(letter)
