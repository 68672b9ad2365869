"""The mistakes that torture must find can still be made: each changes text that is there."""

import pytest
from torture_mutants import MUTANTS, changed


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_changes_its_module_into_other_python(mutant):
    compile(changed(mutant), mutant.module, "exec")
