import numpy as np
from guarantee_cases import FLAIR, network_of

from app.model.serving import Serving
from app.study import Sequence, Source, Study
from app.training.logit_store import LogitStore
from app.training.logits import count_logits, trained_network


def test_logits_are_kept_by_network_study_and_sequences(tmp_path):
    random = np.random.default_rng(0)
    images = {s: random.normal(100, 30, (3, 40, 48)).astype(np.float32) for s in (Sequence.FLAIR, Sequence.T1)}
    reference = (images[Sequence.FLAIR] > 130).astype(np.uint8)
    study = Study("study", images, Source("picture", (3, 40, 48)), (1.0, 1.0, 1.0), reference)
    network = trained_network(network_of(2.0), Serving(0, 0))
    store, of_another = (LogitStore(tmp_path, sha256) for sha256 in ("a" * 64, "b" * 64))
    assert (study.sha256, FLAIR) not in store
    store.keep(study.sha256, study, FLAIR, network)
    assert (study.sha256, FLAIR) in store
    assert (study.sha256, FLAIR) not in of_another
    assert (study.sha256, (Sequence.FLAIR, Sequence.T1)) not in store
    assert ("c" * 64, FLAIR) not in store
    counts, expected = store.counts(study.sha256, FLAIR), count_logits(network, study.with_sequences(FLAIR))
    assert counts.tumour.tolist() == expected.tumour.tolist() and counts.other.tolist() == expected.other.tolist()
    logits = store.logits(study.sha256, FLAIR)
    assert (logits.shape, logits.dtype) == ((3, 40, 48), np.float16)
    assert logits.max() > 1
