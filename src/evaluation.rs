//! What holds: checks judged over an inventory.
