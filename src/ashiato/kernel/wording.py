"""Words as people look for them, and as they see them."""

import re
import unicodedata

# Controls, what turns the direction of writing, and what takes no place: what a name holds of these shows to nobody, and makes it another name.
# Not among them: variation selectors, by which names of people and places are written in Japan.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e007f]"
)


def folded(text: str) -> str:
    """A text as it is compared in searches: full and half width, capital and small letters alike (NFKC, lower case, as the database folds)."""
    return unicodedata.normalize("NFKC", text).strip().lower()
