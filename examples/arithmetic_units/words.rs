//! The words that questions are made of.

pub(crate) const NAMES: [&str; 10] =
    ["Mira", "Tomas", "Aiko", "Femi", "Greta", "Luis", "Noor", "Pavel", "Ruth", "Sanjay"];
pub(crate) const THINGS: [&str; 10] = [
    "apples", "bricks", "buttons", "candles", "marbles", "pencils", "coins", "seeds", "stamps",
    "tiles",
];
/// One and several of what is sold by the piece.
pub(crate) const WARES: [(&str, &str); 6] = [
    ("notebook", "notebooks"),
    ("mug", "mugs"),
    ("lamp", "lamps"),
    ("towel", "towels"),
    ("basket", "baskets"),
    ("brush", "brushes"),
];
pub(crate) const FOODS: [&str; 6] = ["cheese", "coffee", "honey", "rice", "tea", "flour"];
pub(crate) const VEHICLES: [&str; 5] = ["train", "bus", "van", "lorry", "coach"];
pub(crate) const VESSELS: [&str; 4] = ["tank", "pool", "cistern", "pond"];
/// A large unit, the small unit it is made of, how many of them, and the fewest small units that
/// are a terminating decimal of the large one (3 minutes are 0.05 hours).
pub(crate) const UNITS: [(&str, &str, i64, i64); 5] = [
    ("kilometres", "metres", 1000, 1),
    ("kilograms", "grams", 1000, 1),
    ("litres", "millilitres", 1000, 1),
    ("hours", "minutes", 60, 3),
    ("metres", "centimetres", 100, 1),
];
