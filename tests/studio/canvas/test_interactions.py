"""Every interaction of the design and the tests that show it, each in the light and in the dark theme where it
opens a window.

The rows are the sentences of the design's section on interaction, but those on the loop over rows of data.
"""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DRAGS, GESTURES, WIRES = "canvas/test_drags.py", "canvas/test_gestures.py", "canvas/test_wires.py"
KEYBOARD, ALONE, PALETTE = "canvas/test_keyboard.py", "canvas/test_keys_alone.py", "canvas/test_palette.py"
TIDY, GROUPS, FRAME = "canvas/test_tidy.py", "canvas/test_groups_on_canvas.py", "window/test_frame.py"
FIT, EDITING, MANUAL = "pages/fit/test_fit_by_hand.py", "inspector/test_editing.py", "window/test_manual.py"
HISTORY, PROBLEMS, UNDO = "pages/test_history.py", "pages/test_problems.py", "document/test_undo.py"

INTERACTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    # palette drag
    "the ghost appears after 4 px": ((DRAGS, "test_the_ghost_appears_after_four_pixels"),),
    "slots on every compatible wire within 120 px, the nearest lights up": (
        (DRAGS, "test_slots_show_on_every_wire_within_reach_and_the_nearest_is_lit"),
        (GESTURES, "test_the_ghost_and_the_lit_slot_say_what_would_happen"),
    ),
    "what does not fit says why and changes nothing": (
        (GESTURES, "test_what_does_not_fit_says_why_and_changes_nothing"),
    ),
    "Esc cancels": (
        (GESTURES, "test_the_ghost_and_the_lit_slot_say_what_would_happen"),
        (GESTURES, "test_escape_cancels_a_move"),
    ),
    "drop on empty canvas leaves it unwired with a hint": ((GESTURES, "test_drop_on_empty_canvas_stays_unwired"),),
    "drop on a card replaces it and keeps its wires": ((GESTURES, "test_drop_on_a_card_replaces_and_keeps_the_wires"),),
    "palette: search by name, alias and purpose, filters, suggestions, what was open": (
        (PALETTE, "test_search_finds_by_name_alias_and_purpose"),
        (PALETTE, "test_filters_show_what_fits_the_kind_of_data"),
        (PALETTE, "test_suggestions_follow_the_selection"),
        (PALETTE, "test_groups_and_filter_are_remembered"),
        (PALETTE, "test_enter_in_the_search_inserts_after_the_selection"),
    ),
    # drop between two layers
    "drop between inserts as one step": ((GESTURES, "test_palette_drag_between_two_layers_inserts"),),
    "lower cards slide 76 px in 140 ms, shapes in the same frame, the new card's first field has the keyboard": (
        (DRAGS, "test_lower_cards_slide_down_and_the_first_setting_has_the_keyboard"),
    ),
    # delete
    "delete heals the stack": ((KEYBOARD, "test_delete_heals_the_stack"),),
    "where it cannot heal the wire is red with a fix": ((DRAGS, "test_a_delete_that_cannot_heal_is_red_with_a_fix"),),
    # wire drag
    "a wire is drawn from any port": (
        (GESTURES, "test_a_wire_is_drawn_from_port_to_card"),
        (WIRES, "test_a_wire_is_drawn_backwards_from_an_input_port"),
        (WIRES, "test_the_link_tool_draws_from_anywhere_on_a_card"),
    ),
    "compatible ports glow, others fade to 40 % and explain": (
        (GESTURES, "test_candidates_glow_and_circles_are_refused"),
        (WIRES, "test_while_drawing_ports_that_fit_are_lit_and_others_fade_and_explain"),
    ),
    "drop on empty canvas opens quick add with what fits": (
        (WIRES, "test_a_drop_on_empty_canvas_offers_what_fits_there"),
        (WIRES, "test_from_an_input_port_it_offers_what_can_feed_it"),
    ),
    "an end dragged off detaches or goes elsewhere": (
        (GESTURES, "test_an_end_is_dragged_off_and_put_elsewhere"),
        (WIRES, "test_an_end_dropped_on_nothing_detaches"),
        (WIRES, "test_the_start_of_a_wire_is_put_elsewhere"),
    ),
    "Alt+drag duplicates a link": ((WIRES, "test_alt_keeps_the_old_wire_too"),),
    "hover thickens a wire and its plus inserts": ((WIRES, "test_a_hovered_wire_thickens_and_its_plus_inserts"),),
    # quick add
    "quick add by Tab or double click": (
        (KEYBOARD, "test_tab_adds_by_alias_after_the_selection"),
        (KEYBOARD, "test_double_click_on_the_canvas_opens_quick_add_and_escape_closes_it"),
    ),
    "resulting shape at the right, unfit ones last with the reason": (
        (KEYBOARD, "test_quick_add_shows_shapes_and_reasons"),
        (WIRES, "test_a_drop_on_empty_canvas_offers_what_fits_there"),
    ),
    "Enter inserts, Shift+Enter stays open, x3 inserts three": (
        (KEYBOARD, "test_shift_enter_stays_open_and_x3_adds_three"),
    ),
    # several
    "Shift-click, rubber band, Ctrl+A": (
        (GESTURES, "test_rubber_band_and_shift_click"),
        (GESTURES, "test_many_cards_move_together"),
    ),
    "the inspector shows common fields, mixed values as a dash": (
        ("inspector/test_form.py", "test_many_layers_show_common_fields_and_a_dash"),
    ),
    "Alt+Up and Alt+Down move a block in the stack": (
        (KEYBOARD, "test_alt_arrows_move_in_the_stack"),
        (ALONE, "test_a_selected_block_moves_in_the_stack_as_one"),
    ),
    "Ctrl+G groups": ((GROUPS, "test_ctrl_g_makes_a_card_with_the_layers_in_it"),),
    # undo
    "undo of everything, drags merge": (
        (UNDO, "test_any_sequence_of_edits_can_be_undone_and_redone"),
        (UNDO, "test_steps_with_one_key_become_one_until_the_drag_ends"),
        (TIDY, "test_ctrl_arrows_nudge_and_merge"),
    ),
    "slider and scrub drags are one step": (
        (EDITING, "test_dragging_a_label_scrubs_and_is_one_step"),
        (EDITING, "test_dragging_a_slider_is_one_step_and_its_label_scrubs"),
        (FIT, "test_a_drag_of_the_learning_rate_is_one_step"),
    ),
    "History lists steps by name, redo survives stage changes": (
        (HISTORY, "test_steps_are_listed_by_name_and_the_current_one_is_marked"),
        (HISTORY, "test_it_follows_while_it_is_hidden_and_survives_another_stage"),
    ),
    # canvas
    "wheel scrolls, Ctrl+wheel zooms to the pointer, 10-400 %": (
        (GESTURES, "test_wheel_scrolls_and_ctrl_wheel_zooms_to_the_pointer"),
        (DRAGS, "test_zoom_stays_between_ten_and_four_hundred_percent"),
    ),
    "Space-drag and middle-drag pan, pinch zooms": (
        (GESTURES, "test_middle_drag_and_space_drag_pan"),
        (WIRES, "test_the_pan_tool_pans"),
        (DRAGS, "test_pinch_zooms_to_the_fingers"),
    ),
    "minimap: click jumps, drag pans": (
        (GESTURES, "test_the_minimap_jumps"),
        (DRAGS, "test_a_drag_on_the_minimap_pans"),
    ),
    "Tidy keeps columns and sorts by depth in 220 ms": (
        (TIDY, "test_tidy_is_one_slow_animated_step"),
        (TIDY, "test_a_side_branch_stays_at_its_side"),
        (TIDY, "test_tidy_straightens_a_scattered_network"),
    ),
    "a click on a line of the training target edits it": (
        (DRAGS, "test_a_click_on_a_line_of_the_target_edits_it"),
    ),
    "Alt+drag of a card duplicates it": ((DRAGS, "test_alt_drag_of_a_card_duplicates_it"),),
    # fit
    "Space pauses and resumes when no text field has the keyboard": (
        (FIT, "test_space_pauses_and_resumes_unless_a_field_is_written_in"),
    ),
    "Stop keeps weights and optimizer, Continue goes on": (
        (FIT, "test_stop_keeps_weights_and_optimizer_and_continue_goes_on_from_them"),
    ),
    "learning rates hold from the next batch, with an event and a tick": (
        (FIT, "test_a_learning_rate_that_is_typed_holds_from_the_next_batch_and_leaves_a_mark"),
    ),
    # keys
    "key F1": ((MANUAL, "test_f1_shows_the_selected_layer_the_palette_row_and_the_stage"),),
    "key F5 / Shift+F5": ((FIT, "test_f5_fits_and_shift_f5_stops"),),
    "key Ctrl+E": ((FIT, "test_ctrl_e_exports_what_was_fitted"),),
    "key Ctrl+1…6": ((FRAME, "test_stages_by_mouse_and_key_with_status_and_primary"),),
    "key Ctrl+K": ((FRAME, "test_command_search_finds_and_does"),),
    "key Tab": ((KEYBOARD, "test_tab_adds_by_alias_after_the_selection"),),
    "key Alt+Enter": (("pages/test_define.py", "test_alt_enter_and_f8"),),
    "key Enter / F2": (
        (ALONE, "test_a_residual_network_with_two_inputs_from_nothing"),
        (ALONE, "test_f2_puts_the_keyboard_into_the_name"),
    ),
    "key Del": ((KEYBOARD, "test_delete_heals_the_stack"),),
    "key Ctrl+D": ((KEYBOARD, "test_copy_paste_duplicate_and_cut"),),
    "key Ctrl+G / Ctrl+Shift+G": (
        (GROUPS, "test_ctrl_g_makes_a_card_with_the_layers_in_it"),
        (GROUPS, "test_ungroup_puts_the_layers_back"),
    ),
    "key Ctrl+Z / Ctrl+Shift+Z": ((FRAME, "test_undo_and_redo_by_button_and_key"),),
    "key Alt+↑ / Alt+↓": ((KEYBOARD, "test_alt_arrows_move_in_the_stack"),),
    "key arrows and Shift+arrow": ((KEYBOARD, "test_arrows_walk_the_graph"),),
    "key F / Ctrl+0": ((KEYBOARD, "test_fit_and_actual_size"),),
    "key Ctrl+Shift+L": ((TIDY, "test_tidy_is_one_slow_animated_step"),),
    "key F8 / Shift+F8": ((PROBLEMS, "test_f8_walks_all_problems_both_ways"),),
    "key F6": ((FRAME, "test_f6_goes_through_the_regions"),),
    "key Ctrl+B / F4 / Ctrl+J": ((FRAME, "test_panels_collapse_and_come_back"),),
    "key L, arrows, Enter": (
        (ALONE, "test_l_shows_what_fits_and_why_others_do_not"),
        (ALONE, "test_wires_are_walked_put_elsewhere_and_deleted"),
        (ALONE, "test_escape_and_leaving_the_canvas_put_the_wire_down"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", INTERACTIONS)
def test_each_interaction_has_a_test(what: str) -> None:
    assert INTERACTIONS[what]
    for file, name in INTERACTIONS[what]:
        known = functions(ROOT / file)
        body = known.get(name)
        assert body is not None, f"{file} has no {name}"
        assert any(isinstance(part, ast.Assert) for part in ast.walk(body)), f"{name} asserts nothing"
        assert file.startswith("document/") or in_both_themes(file, body, known), f"{name} runs in one theme only"


def in_both_themes(file: str, test: ast.FunctionDef, known: Mapping[str, ast.FunctionDef]) -> bool:
    """Whether a test shows nothing, is marked with `both`, or stands on a fixture that is made in both themes."""
    if not test.args.args or any(ast.unparse(mark) == "both" for mark in test.decorator_list):
        return True
    shared = functions(ROOT / "canvas/conftest.py") if file.startswith("canvas/") else {}
    fixtures = [{**shared, **known}.get(argument.arg) for argument in test.args.args]
    marks = [ast.unparse(mark) for fixture in fixtures if fixture for mark in fixture.decorator_list]
    return any("params=['light', 'dark']" in mark for mark in marks)


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {part.name: part for part in ast.walk(tree) if isinstance(part, ast.FunctionDef)}
