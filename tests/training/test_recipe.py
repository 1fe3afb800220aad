import json
import re
from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from app.errors import DatasetError
from app.training.recipe import Recipe, load_recipe

CHANGES = """
steps = 40
warmup = 4
learning_rate = 1
[loss]
dice = 0.5
[unet]
filters = [2, 4]
residual = true
[augmentation.intensity]
noise = 0
"""


def recipe_of(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(path)


def test_without_a_file_it_is_the_default():
    assert load_recipe(None) == Recipe()


def test_an_empty_file_changes_nothing(tmp_path):
    assert recipe_of(tmp_path, "# nothing yet: größer?\n") == Recipe()


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path):
    recipe = recipe_of(tmp_path, CHANGES)
    default = Recipe()
    augmentation = default.augmentation
    assert recipe == replace(
        default,
        steps=40,
        warmup=4,
        learning_rate=1.0,
        loss=replace(default.loss, dice=0.5),
        unet=replace(default.unet, filters=(2, 4), residual=True),
        augmentation=replace(augmentation, intensity=replace(augmentation.intensity, noise=0.0)),
    )


def test_what_a_run_writes_is_read_again(tmp_path):
    recipe = recipe_of(tmp_path, CHANGES)
    (tmp_path / "recipe.json").write_text(json.dumps(asdict(recipe)))
    again = load_recipe(tmp_path / "recipe.json")
    assert again == recipe
    assert json.dumps(asdict(again)) == json.dumps(asdict(recipe))


def test_the_card_keeps_every_number():
    kept = asdict(Recipe())
    assert (kept["seed"], kept["unet"]["filters"][0], kept["augmentation"]["rows"]) == (7, 16, 192)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs = 3", r"recipe.toml has no entry 'epochs'; it has augmentation, batch, clip_norm"),
        ("[loss]\nlovasz = 2", "recipe.toml [loss] has no entry 'lovasz'; it has dice, false_negative, focal, tumour,"),
        ("[optimizer]\nname = 'sgd'", "recipe.toml has no entry 'optimizer'"),
        ("steps = 'many'", "recipe.toml: steps cannot be 'many'; by default it is 9000."),
        ("steps = 2.5", "steps cannot be 2.5"),
        ("steps = true", "steps cannot be True"),
        ("[unet]\nresidual = 1", "recipe.toml [unet]: residual cannot be 1"),
        ("loss = 3", "loss cannot be 3"),
        ("[steps]\na = 1", "steps cannot be {'a': 1}"),
        ("[unet]\nfilters = 16", "recipe.toml [unet]: filters cannot be 16"),
        ("steps = ", "recipe.toml cannot be read: Invalid value"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, text, said):
    with pytest.raises(DatasetError, match=re.escape(said)):
        recipe_of(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps = 300", "steps must be more than the 300 of warmup, not 300."),
        ("warmup = -1", "warmup must be at least 0, not -1."),
        ("batch = 0", "batch must be at least 1, not 0."),
        ("learning_rate = 0.0", "learning_rate must be from 1e-08 to 1, not 0.0."),
        ("learning_rate = nan", "learning_rate must be from 1e-08 to 1, not nan."),
        ("save_minutes = inf", "save_minutes must be at least 0, not inf."),
        ("ema = 1.0", "ema must be from 0 to 0.99999, not 1.0."),
        ("tumour_slices = 1.5", "tumour_slices must be from 0 to 1, not 1.5."),
        ("folds = 1", "folds must be at least 2, not 1."),
        ('precision = "float16"', "precision must be one of float32, mixed_bfloat16, mixed_float16, not 'float16'."),
        ('schedule = "step"', "schedule must be one of cosine, plateau, not 'step'."),
        ("[shares]\nlgg = -0.1", "shares.lgg must be from 0 to 1, not -0.1."),
        ("[loss]\nfocal = -1", "loss.focal must be from 0 to 10, not -1.0."),
        ("[loss]\nfalse_negative = 2", "loss.false_negative must be from 0 to 1, not 2.0."),
        ("[augmentation]\nrows = 200", "augmentation.rows must divide by 16, which 200 does not."),
        ("[augmentation]\ncolumns = 256", "augmentation.columns must be from 16 to 240, not 256."),
        ("[augmentation]\nflip = 2", "augmentation.flip must be from 0 to 1, not 2.0."),
        ("[augmentation.intensity]\nblur = 3", "augmentation.intensity.blur must be from 0 to 1, not 3.0."),
        ("[unet]\nneighbours = -1", "unet.neighbours must be from 0 to 8, not -1."),
        ("[unet]\nfilters = []", "unet.filters must be 1 to 5 whole numbers of at least 2, not []."),
        ("[unet]\nfilters = [2, 2, 2, 2, 2, 2]", "unet.filters must be 1 to 5 whole numbers"),
        ("[unet]\nfilters = [2, 1]", "whole numbers of at least 2, not [2, 1]."),
        ('[unet]\nfilters = [2, "4"]', "whole numbers of at least 2, not [2, '4']."),
        ("[unet]\nfilters = [2, 4]\ndeep_supervision = 2", "unet.deep_supervision must be less than the 2 levels"),
        (
            "[shares]\nbrats = 0\nbrats_h5 = 0\nlgg = 0\nfigshare = 0\nsimulated = 0",
            "shares must not all be 0.",
        ),
    ],
)
def test_what_training_could_not_work_with_is_named(tmp_path, text, said):
    with pytest.raises(DatasetError, match=re.escape(f"{tmp_path / 'recipe.toml'}: ") + ".*" + re.escape(said)):
        recipe_of(tmp_path, text)


def test_the_default_keeps_its_own_limits(tmp_path):
    (tmp_path / "recipe.json").write_text(json.dumps(asdict(Recipe())))
    assert load_recipe(tmp_path / "recipe.json") == Recipe()


def test_shares_go_by_the_name_of_the_set():
    assert (Recipe().shares.of("lgg"), Recipe().shares.of("brats-h5")) == (0.30, 0.48)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere\.toml cannot be read"):
        load_recipe(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "recipe.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match="cannot be read"):
        load_recipe(tmp_path / "recipe.toml")


def test_a_recipe_does_not_change_while_it_is_used():
    with pytest.raises(FrozenInstanceError):
        Recipe().steps = 3
