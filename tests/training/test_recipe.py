import re
from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from app.errors import DatasetError
from app.training.recipe import Recipe, load_recipe


def recipe_of(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(path)


def test_without_a_file_it_is_the_default():
    assert load_recipe(None) == Recipe()


def test_an_empty_file_changes_nothing(tmp_path):
    assert recipe_of(tmp_path, "# nothing yet: größer?\n") == Recipe()


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path):
    recipe = recipe_of(tmp_path, "steps = 40\nlearning_rate = 1\n[loss]\ndice = 0.5\n[unet]\nfilters = [2, 4]\n")
    default = Recipe()
    assert recipe == replace(
        default,
        steps=40,
        learning_rate=1,
        loss=replace(default.loss, dice=0.5),
        unet=replace(default.unet, filters=(2, 4)),
    )


def test_the_card_keeps_every_number():
    kept = asdict(Recipe())
    assert (kept["seed"], kept["unet"]["filters"][0], kept["augmentation"]["rows"]) == (7, 16, 192)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epochs = 3", r"recipe.toml has no entry 'epochs'; it has augmentation, batch, brats"),
        ("[loss]\nfocal = 2", r"recipe.toml [loss] has no entry 'focal'; it has dice, false_negative, tumour."),
        ("[optimizer]\nname = 'sgd'", "recipe.toml has no entry 'optimizer'"),
        ("steps = 'many'", "recipe.toml: steps cannot be 'many'; by default it is 3600."),
        ("steps = 2.5", "steps cannot be 2.5"),
        ("loss = 3", "loss cannot be 3"),
        ("[steps]\na = 1", "steps cannot be {'a': 1}"),
        ("[unet]\nfilters = 16", "recipe.toml [unet]: filters cannot be 16"),
        ("steps = ", "recipe.toml cannot be read: Invalid value"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, text, said):
    with pytest.raises(DatasetError, match=re.escape(said)):
        recipe_of(tmp_path, text)


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
