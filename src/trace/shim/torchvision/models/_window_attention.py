"""What windows of attention share: which pairs of positions share a bias."""
import torch
from torch.nn import functional as F


def relative_position_index(height, width):
    """For each pair of positions in a window, the number of their offset: (height·width)², row by row."""
    places = [(y, x) for y in range(height) for x in range(width)]
    return torch.tensor(
        [
            [(ya - yb + height - 1) * (2 * width - 1) + xa - xb + width - 1 for yb, xb in places]
            for ya, xa in places
        ]
    )


def position_bias(table, index, places):
    """Rows of `table` (offsets × heads) by index, as 1×heads×places×places."""
    rows = F.embedding(index.reshape(-1), table)
    return rows.reshape(places, places, -1).permute(2, 0, 1).contiguous().unsqueeze(0)
