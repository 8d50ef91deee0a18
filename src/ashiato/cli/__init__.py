"""The command line: nouns, then verbs."""


def main() -> None:
    """The program `ashiato`."""
