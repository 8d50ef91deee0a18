"""A group of commands of which one is meant where none is named: `ashiato import FILE` beside `ashiato import bundle FILE`."""

from typing import Any

from typer.core import TyperGroup


class FileGroup(TyperGroup):
    """The command `file` is meant where none is named. A file that is called like a command is written `./name`."""

    default_command = "file"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the command in front of what stands without one."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [self.default_command, *args]
        return super().parse_args(ctx, args)
