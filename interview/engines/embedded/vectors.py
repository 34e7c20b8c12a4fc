"""Static sentence embeddings (WordLlama, 256 dimensions) read straight from the files that its wheel carries.

The package's own loader looks for the files elsewhere and then asks a model hub; nothing here touches the network. A
text's vector is the mean of its token vectors, scaled to length 1: cosine similarity is a dot product.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from interview.engines.embedded.wheel_files import verified

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

_WEIGHTS = ("weights/l2_supercat_256.safetensors", "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5")
_TOKENIZER = (
    "tokenizers/l2_supercat_tokenizer_config.json",
    "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68",
)
_MAX_TOKENS = 512


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """One row of length 1 per text (a row of zeros where a text has no word): shape `(len(texts), 256)`, float32."""
    import numpy as np

    table, tokenizer = _model()
    rows = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
    for row, encoding in zip(rows, tokenizer.encode_batch(list(texts), add_special_tokens=False), strict=True):
        if encoding.ids:
            row[:] = table[encoding.ids[:_MAX_TOKENS]].mean(axis=0)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(norms > 0, norms, 1)
    return rows


@lru_cache(maxsize=1)
def _model() -> tuple[NDArray[np.float32], Tokenizer]:
    import numpy as np
    from safetensors.numpy import load
    from tokenizers import Tokenizer

    weights = load(verified("wordllama", *_WEIGHTS))
    table = next(iter(weights.values())).astype(np.float32)
    return table, Tokenizer.from_str(verified("wordllama", *_TOKENIZER).decode())
