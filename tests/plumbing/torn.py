"""A process that replaces a mapped file over and over, until it is killed: `python torn.py <file> [in place]`."""

import sys
from pathlib import Path

import numpy as np

from ashiato.plumbing import mapped

COUNT = 200_000


def content(number: int) -> np.ndarray:
    """Rows that follow from their number alone."""
    rows = np.empty(COUNT, [("key", "i8"), ("figure", "f8")])
    rows["key"], rows["figure"] = np.arange(COUNT), number
    return rows


def main() -> None:
    path, *in_place = Path(sys.argv[1]), *sys.argv[2:]
    number = 0
    while True:
        number += 1
        target = path.with_name("other") if in_place else path
        mapped.keep(target, {"number": number}, {"rows": content(number)})
        if in_place:
            with path.open("wb", buffering=0) as file:  # what `mapped.keep` must not do
                whole = target.read_bytes()
                for begin in range(0, len(whole), 65_536):
                    file.write(whole[begin : begin + 65_536])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
