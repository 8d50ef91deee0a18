"""Eight figures at once: how inner loops are compiled, and the steps that the compiler does not find by itself (pure, floats).

Every lane is added and multiplied like a figure alone, in the same order and without fused operations: the bits are the same.
Plain loops over eight columns take two to four times as long, since numba leaves neighbouring scalars apart.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj
from numpy.typing import NDArray

Given = ParamSpec("Given")
Result = TypeVar("Result")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.uint32]  # places in arrays; unsigned, so that no inner loop looks for negative ones
Place = np.uint64

LANES = 8
ONE = np.uint64(1)

_EIGHT = ir.VectorType(ir.DoubleType(), LANES)
_UNKNOWN = ir.Constant(_EIGHT, ir.Undefined)
_FIRST = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
_PANEL, _LINE, _NUMBERS = types.Array(types.float64, 2, "C"), types.Array(types.float64, 1, "C"), types.Array(types.uint32, 1, "C")


def compiled(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """The function as machine code, kept on disk; it holds no lock of the interpreter while it runs."""
    return cast(Callable[Given, Result], njit(cache=True, nogil=True)(function))


def lanes(rows: int) -> Floats:
    """A panel: so many rows of eight, each in one line of the cache, not filled."""
    room = np.empty(rows * LANES + LANES)
    start = -(room.ctypes.data // 8) % LANES
    return room[start : start + rows * LANES].reshape(rows, LANES)


def _address(target: Any, builder: Any, kind: Any, array: Any, place: Any) -> Any:
    """Where eight figures begin: at a row of a panel, or anywhere in a line. Not checked, like every place in a compiled loop."""
    figure = builder.mul(place, ir.Constant(place.type, LANES)) if kind.ndim > 1 else place
    return builder.bitcast(builder.gep(arrayobj.make_array(kind)(target, builder, array).data, [figure]), _EIGHT.as_pointer())


def _figure(target: Any, builder: Any, line: Any, place: Any) -> Any:
    return builder.gep(arrayobj.make_array(_LINE)(target, builder, line).data, [place])


def _load(builder: Any, address: Any) -> Any:
    found = builder.load(address)
    found.align = 8
    return found


def _store(builder: Any, figures: Any, address: Any) -> None:
    builder.store(figures, address).align = 8


def _spread(builder: Any, figure: Any) -> Any:
    alone = builder.insert_element(_UNKNOWN, figure, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(alone, _UNKNOWN, _FIRST)


def _fetch(builder: Any, address: Any) -> None:
    """Has a line of the cache brought near, since it is asked for soon; nothing waits for it."""
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    code = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), [byte, word, word, word]), "llvm.prefetch.p0")
    builder.call(code, [builder.bitcast(address, byte), word(0), word(3), word(1)])  # to read, into the nearest cache, as data


def _rolled_up(target: Any, builder: Any, row: Any, columns: Any) -> None:
    """One row of links, for every column (its kind, the own figures, the totals) at once."""
    part, child_of, amount_of, begin, end, ahead = row
    child_of, amount_of = (arrayobj.make_array(kind)(target, builder, array).data for kind, array in ((_NUMBERS, child_of), (_LINE, amount_of)))

    def place(kind: Any, array: Any, number: Any) -> Any:
        return _address(target, builder, kind, array, number) if kind is _PANEL else _figure(target, builder, array, number)

    def load(kind: Any, array: Any, number: Any) -> Any:
        return _load(builder, place(kind, array, number))

    sums = [cgutils.alloca_once_value(builder, load(kind, own, part)) for kind, own, _ in columns]
    with cgutils.for_range(builder, end, start=begin) as loop:
        later = builder.zext(builder.load(builder.gep(child_of, [builder.add(loop.index, ahead)])), part.type)
        child = builder.zext(builder.load(builder.gep(child_of, [loop.index])), part.type)
        amount = builder.load(builder.gep(amount_of, [loop.index]))
        for (kind, _, totals), held in zip(columns, sums, strict=True):
            _fetch(builder, place(kind, totals, later))
            carried = builder.fmul(_spread(builder, amount) if kind is _PANEL else amount, load(kind, totals, child))
            builder.store(builder.fadd(builder.load(held), carried), held)
    for (kind, _, totals), held in zip(columns, sums, strict=True):
        _store(builder, builder.load(held), place(kind, totals, part))


_ROW = (types.uint64, _NUMBERS, _LINE, types.uint64, types.uint64, types.uint64)


@intrinsic
def _add_children(context: Any, part: Any, children: Any, amounts: Any, begin: Any, end: Any, ahead: Any, own: Any, panel: Any) -> Any:
    def code(target: Any, builder: Any, signature: Any, given: Any) -> Any:
        _rolled_up(target, builder, given[:6], [(_PANEL, *given[6:])])
        return target.get_dummy_value()

    return types.void(*_ROW, _PANEL, _PANEL), code


@intrinsic
def _add_children_beside(
    context: Any, part: Any, children: Any, amounts: Any, begin: Any, end: Any, ahead: Any, own: Any, panel: Any, own_beside: Any, beside: Any
) -> Any:
    def code(target: Any, builder: Any, signature: Any, given: Any) -> Any:
        _rolled_up(target, builder, given[:6], [(_PANEL, *given[6:8]), (_LINE, *given[8:])])
        return target.get_dummy_value()

    return types.void(*_ROW, _PANEL, _PANEL, _LINE, _LINE), code


@intrinsic
def _add_drawn(context: Any, panel: Any, part: Any, child: Any, amount: Any, decks: Any, cut: Any) -> Any:
    def code(target: Any, builder: Any, signature: Any, given: Any) -> Any:
        into, below = (_address(target, builder, panel, given[0], row) for row in given[1:3])
        drawn = builder.fmul(_spread(builder, given[3]), _load(builder, _address(target, builder, decks, given[4], given[5])))
        _store(builder, builder.fadd(_load(builder, into), builder.fmul(drawn, _load(builder, below))), into)
        return target.get_dummy_value()

    return types.void(_PANEL, types.uint64, types.uint64, types.float64, _LINE, types.uint64), code


@intrinsic
def _put_drawn(context: Any, panel: Any, part: Any, own: Any, decks: Any, cut: Any) -> Any:
    def code(target: Any, builder: Any, signature: Any, given: Any) -> Any:
        drawn = builder.fmul(_spread(builder, given[2]), _load(builder, _address(target, builder, decks, given[3], given[4])))
        _store(builder, drawn, _address(target, builder, panel, given[0], given[1]))
        return target.get_dummy_value()

    return types.void(_PANEL, types.uint64, types.float64, _LINE, types.uint64), code


@intrinsic
def _lowest(context: Any, word: Any) -> Any:
    def code(target: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), code


# panel[part] = own[part] + Σ amounts[link] × panel[children[link]], links from begin to end; what `ahead` links later ask for is fetched
add_children = cast(Callable[[Place, Numbers, Floats, Place, Place, Place, Floats, Floats], None], _add_children)
# the same, and for one more column (own and totals, one figure a part) beside the panel
add_children_beside = cast(Callable[[Place, Numbers, Floats, Place, Place, Place, Floats, Floats, Floats, Floats], None], _add_children_beside)
# panel[part] += amount × decks[cut : cut + 8] × panel[child]
add_drawn = cast(Callable[[Floats, Place, Place, float, Floats, Place], None], _add_drawn)
# panel[part] = own × decks[cut : cut + 8]
put_drawn = cast(Callable[[Floats, Place, float, Floats, Place], None], _put_drawn)
# the place of the lowest bit that is set in a word that is not zero
lowest = cast(Callable[[Place], Place], _lowest)
