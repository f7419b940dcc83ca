"""Products of matrices and vectors: all are matmul on the tape."""
import math
import string

from . import _pointwise as pointwise
from . import _reductions as reductions
from . import _views
from ._recorder import UnsupportedOp
from ._shaping import expand, squeeze, unsqueeze
from ._tensor import apply, apply_all


def matmul(input, other, *, out=None):
    """Vectors become matrices for the op and are squeezed away again, as in PyTorch."""
    a, b = input, other
    if not a._shape or not b._shape:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D"
        )
    if a.ndim == 1 and b.ndim == 1 and a._shape != b._shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a._shape[0]}] and src [{b._shape[0]}] to have the same "
            f"number of elements, but got {a._shape[0]} and {b._shape[0]} elements respectively"
        )
    if a.ndim == 2 and b.ndim == 1 and a._shape[1] != b._shape[0]:
        raise RuntimeError(f"size mismatch, got {a._shape[0]}, {a._shape[0]}x{a._shape[1]},{b._shape[0]}")
    rows = unsqueeze(a, 0) if a.ndim == 1 else a
    columns = unsqueeze(b, 1) if b.ndim == 1 else b
    result = apply("matmul", [rows, columns])
    if b.ndim == 1:
        result = squeeze(result, -1)
    return squeeze(result, -1 if b.ndim == 1 else -2) if a.ndim == 1 else result


def bmm(input, mat2):
    if input.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if input.ndim != 3 else "batch2 must be a 3D tensor")
    return matmul(input, mat2)


def mm(input, mat2):
    if input.ndim != 2 or mat2.ndim != 2:
        raise RuntimeError("self must be a matrix" if input.ndim != 2 else "mat2 must be a matrix")
    return matmul(input, mat2)


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    return sum_of(input, matmul(mat1, mat2), beta, alpha)


def sum_of(input, product, beta, alpha):
    """`beta · input + alpha · product`: the input may be smaller, not larger."""
    if input._shape != product._shape:
        input = expand(input, product._shape)
    return pointwise.add(pointwise.mul(input, beta), pointwise.mul(product, alpha))


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    return sum_of(input, bmm(batch1, batch2), beta, alpha)


def mv(input, vec):
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    return matmul(input, vec)


def dot(input, other):
    if input.ndim != 1 or other.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {other.ndim}D tensors")
    return matmul(input, other)


def outer(input, vec2):
    for name, tensor in (("self", input), ("vec2", vec2)):
        if tensor.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {tensor.ndim}-D")
    return pointwise.mul(unsqueeze(input, 1), vec2)


def einsum(equation, *operands):
    """Pair by pair from the left: permute, reshape and matmul. An index that only one operand has is summed first."""
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    terms, target = einsum_terms(equation, operands)
    sizes = {}
    for term, operand in zip(terms, operands):
        for letter, size in zip(term, operand._shape):
            if sizes.setdefault(letter, size) != size:
                raise RuntimeError(
                    f"einsum(): operands do not broadcast with remapped shapes [original->remapped]: subscript "
                    f"{letter} has size {size} which does not broadcast with previously seen size {sizes[letter]}"
                )
    term, result = summed(terms[0], operands[0], [*terms[1:], target])
    for place in range(1, len(terms)):
        later = [*terms[place + 1 :], target]
        other, operand = summed(terms[place], operands[place], [term, *later])
        term, result = contracted(term, result, other, operand, set("".join(later)), sizes)
    return _views.forgotten(result.permute([term.index(letter) for letter in target]))


def einsum_terms(equation, operands):
    """The letters of each operand and of the result, with letters of their own for what `...` stands for."""
    left, arrow, target = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        few = "fewer operands were provided than specified in the equation"
        many = "more operands were provided than specified in the equation"
        raise ValueError(f"einsum(): {few if len(terms) > len(operands) else many}")
    spare = [letter for letter in string.ascii_letters if letter not in equation]
    hidden = max(operand.ndim - len(term) + 3 if "..." in term else 0 for term, operand in zip(terms, operands))
    dots = "".join(spare[:hidden])
    for place, (term, operand) in enumerate(zip(terms, operands)):
        named = len(term.replace("...", ""))
        if named != operand.ndim if "..." not in term else named > operand.ndim:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) does not match the number of "
                f"dimensions ({operand.ndim}) for operand {place} and no ellipsis was given"
            )
        terms[place] = term.replace("...", dots[len(dots) - (operand.ndim - named) :])
        if len(set(terms[place])) != len(terms[place]):
            raise UnsupportedOp("torch.einsum", f"torch.einsum('{equation}') takes a diagonal, which is not supported.")
    letters = "".join(terms)
    if not arrow:
        target = dots + "".join(sorted(c for c in set(letters) if letters.count(c) == 1 and c not in dots))
    return terms, target.replace("...", dots)


def summed(term, operand, others):
    """Without the indices that nothing else has."""
    alone = [axis for axis, letter in enumerate(term) if not any(letter in other for other in others)]
    if not alone:
        return term, operand
    return "".join(c for axis, c in enumerate(term) if axis not in alone), reductions.sum(operand, alone)


def contracted(a, first, b, second, wanted, sizes):
    batch = [c for c in a if c in b and c in wanted]
    inner = [c for c in a if c in b and c not in wanted]
    rows = [c for c in a if c not in b]
    columns = [c for c in b if c not in a]

    def arranged(term, operand, *groups):
        order = [term.index(c) for group in groups for c in group]
        shape = [sizes[c] for c in groups[0]] + [math.prod(sizes[c] for c in group) for group in groups[1:]]
        return operand.permute(order).reshape(shape)

    product = matmul(arranged(a, first, batch, rows, inner), arranged(b, second, batch, inner, columns))
    letters = batch + rows + columns
    return "".join(letters), product.reshape([sizes[c] for c in letters])


def inverse(input, *, out=None):
    return apply("linalg_inv", [input])


def det(input, *, out=None):
    return apply("linalg_det", [input])


def cholesky(input, *, upper=False, out=None):
    lower = apply("linalg_cholesky", [input])
    return lower.transpose(-1, -2) if upper else lower


def solve(A, B, *, left=True, out=None):
    return apply("linalg_solve", [A, B])


def svd(A, full_matrices=True, *, driver=None, out=None):
    return tuple(apply_all("linalg_svd", [A], {"full_matrices": bool(full_matrices)}))


def eigh(A, UPLO="L", *, out=None):
    return tuple(apply_all("linalg_eigh", [A]))


def qr(A, mode="reduced", *, out=None):
    return tuple(apply_all("linalg_qr", [A], {"mode": mode}))


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    if ord != "fro":
        raise UnsupportedOp(f"torch.linalg.matrix_norm(ord={ord!r})")
    return reductions.norm(A, 2, list(dim), keepdim)


def cross(input, other, *, dim=-1, out=None):
    """a × b, by two turns of the components."""
    turned = lambda tensor, by: tensor.roll(by, dim)  # noqa: E731
    return pointwise.sub(
        pointwise.mul(turned(input, -1), turned(other, -2)), pointwise.mul(turned(input, -2), turned(other, -1))
    )


def vecdot(x, y, *, dim=-1, out=None):
    return reductions.sum(pointwise.mul(x, y), dim)


def chain_matmul(*matrices, out=None):
    if len(matrices) == 1 and isinstance(matrices[0], (tuple, list)):
        matrices = matrices[0]
    result = matrices[0]
    for other in matrices[1:]:
        result = matmul(result, other)
    return result


def tensordot(a, b, dims=2, out=None):
    first, second = (range(a.ndim - dims, a.ndim), range(dims)) if isinstance(dims, int) else dims
    first, second = [d % a.ndim for d in first], [d % b.ndim for d in second]
    rows = [d for d in range(a.ndim) if d not in first]
    columns = [d for d in range(b.ndim) if d not in second]
    inner = math.prod(a._shape[d] for d in first)
    left = a.permute([*rows, *first]).reshape(-1, inner)
    right = b.permute([*second, *columns]).reshape(inner, -1)
    return matmul(left, right).reshape([a._shape[d] for d in rows] + [b._shape[d] for d in columns])


def kron(input, other, *, out=None):
    rank = max(input.ndim, other.ndim)
    a = (1,) * (rank - input.ndim) + tuple(input._shape)
    b = (1,) * (rank - other.ndim) + tuple(other._shape)
    spread_a, spread_b = ([size for pair in pairs for size in pair] for pairs in ([(x, 1) for x in a], [(1, y) for y in b]))
    product = pointwise.mul(input.reshape(spread_a), other.reshape(spread_b))
    return product.reshape([x * y for x, y in zip(a, b)])


def addmv(input, mat, vec, *, beta=1, alpha=1):
    return sum_of(input, mv(mat, vec), beta, alpha)


def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    return sum_of(input, reductions.sum(bmm(batch1, batch2), 0), beta, alpha)


def addr(input, vec1, vec2, *, beta=1, alpha=1):
    return sum_of(input, outer(vec1, vec2), beta, alpha)


def trace(input):
    return reductions.sum(input.diagonal())
