//! The kinds of questions: each makes one of a given difficulty, with its exact answer.

use super::draws::Draws;
use super::question::{Level, Question, clock, decimal, money, plain, whole};
use super::words::{FOODS, NAMES, THINGS, UNITS, VEHICLES, VESSELS, WARES};

type Ask = fn(&mut Draws, Level) -> Question;

/// Every kind under the name that is its category. The order is the order of the dataset.
pub(crate) const KINDS: [(&str, Ask); 12] = [
    ("addition", addition),
    ("subtraction", subtraction),
    ("multiplication", multiplication),
    ("division", division),
    ("percentage", percentage),
    ("unit-conversion", unit_conversion),
    ("average-speed", average_speed),
    ("unit-price", unit_price),
    ("mean", mean),
    ("time-difference", time_difference),
    ("two-step", two_step),
    ("order-of-operations", order_of_operations),
];

fn addition(draws: &mut Draws, level: Level) -> Question {
    let (name, things) = (draws.pick(&NAMES), draws.pick(&THINGS));
    let n_digits = match level {
        Level::Easy => 2,
        Level::Middling => 4,
        Level::Hard => 6,
    };
    let [monday, tuesday, wednesday] = [(); 3].map(|()| draws.digits(n_digits));
    if let Level::Hard = level {
        return whole(
            monday + tuesday + wednesday,
            format!(
                "{name} counted {monday} {things} on Monday, {tuesday} on Tuesday and {wednesday} \
                 on Wednesday. How many {things} did {name} count on the three days together?"
            ),
        );
    }
    whole(
        monday + tuesday,
        format!(
            "{name} counted {monday} {things} on Monday and {tuesday} on Tuesday. How many \
             {things} did {name} count on the two days together?"
        ),
    )
}

fn subtraction(draws: &mut Draws, level: Level) -> Question {
    let things = draws.pick(&THINGS);
    let n_digits = match level {
        Level::Easy => 2,
        Level::Middling => 4,
        Level::Hard => 6,
    };
    let (sent, left) = (draws.digits(n_digits), draws.digits(n_digits));
    let held = sent + left;
    whole(
        left,
        format!(
            "A warehouse held {held} {things} and sent out {sent} of them. How many {things} were \
             left in the warehouse?"
        ),
    )
}

fn multiplication(draws: &mut Draws, level: Level) -> Question {
    let things = draws.pick(&THINGS);
    let (crates, each) = match level {
        Level::Easy => (draws.digits(1), draws.digits(2)),
        Level::Middling => (draws.digits(2), draws.digits(3)),
        Level::Hard => (draws.digits(3), draws.digits(4)),
    };
    whole(
        crates * each,
        format!(
            "Each of {crates} crates holds {each} {things}. How many {things} do the crates hold \
             in all?"
        ),
    )
}

fn division(draws: &mut Draws, level: Level) -> Question {
    let things = draws.pick(&THINGS);
    let (boxes, each) = match level {
        Level::Easy => (draws.digits(1), draws.digits(2)),
        Level::Middling => (draws.digits(2), draws.digits(2)),
        Level::Hard => (draws.digits(3), draws.digits(4)),
    };
    let total = boxes * each;
    whole(
        each,
        format!(
            "{total} {things} are packed into {boxes} boxes, the same number in each. How many \
             {things} are in one box?"
        ),
    )
}

fn percentage(draws: &mut Draws, level: Level) -> Question {
    let name = draws.pick(&NAMES);
    match level {
        Level::Easy => {
            let (percent, pupils) = (draws.pick(&[10, 20, 25, 50]), 20 * draws.between(2, 20));
            whole(
                pupils * percent / 100,
                format!(
                    "A school has {pupils} pupils, and {percent} percent of them cycle to it. How \
                     many pupils cycle to the school?"
                ),
            )
        }
        Level::Middling => {
            let (percent, pages) = (5 * draws.between(3, 18), 20 * draws.between(12, 60));
            whole(
                pages * (100 - percent) / 100,
                format!(
                    "{name} has read {percent} percent of a book of {pages} pages. How many pages \
                     are still to be read?"
                ),
            )
        }
        Level::Hard => {
            let (percent, price) = (draws.between(11, 49), draws.digits(4));
            decimal(
                price * (100 - percent),
                2,
                format!(
                    "A boat costs {price} dollars, and {name} gets a discount of {percent} \
                     percent. How many dollars does {name} pay for it?"
                ),
            )
        }
    }
}

fn unit_conversion(draws: &mut Draws, level: Level) -> Question {
    let (large, small, n_small, quantum) = draws.pick(&UNITS);
    // Not a whole number of the large unit, and more than one of it.
    let part = quantum * draws.between(1, n_small / quantum - 1);
    let fraction = n_small * draws.between(2, 40) + part;
    let n_large = draws.digits(2);
    match level {
        Level::Easy => {
            whole(n_large * n_small, format!("How many {small} are there in {n_large} {large}?"))
        }
        Level::Middling => {
            let amount = plain(fraction * 1000 / n_small, 3);
            whole(fraction, format!("How many {small} are there in {amount} {large}?"))
        }
        Level::Hard => {
            let amount = plain(fraction * 1000 / n_small, 3);
            let more = quantum * draws.between(20, 400);
            decimal(
                (fraction + more) * 1000 / n_small,
                3,
                format!("How many {large} do {amount} {large} and {more} {small} make together?"),
            )
        }
    }
}

fn average_speed(draws: &mut Draws, level: Level) -> Question {
    let vehicle = draws.pick(&VEHICLES);
    match level {
        Level::Easy => {
            let (hours, speed) = (draws.between(2, 9), 5 * draws.between(6, 20));
            let way = hours * speed;
            whole(
                speed,
                format!(
                    "A {vehicle} covers {way} kilometres in {hours} hours. What is its average \
                     speed in kilometres per hour?"
                ),
            )
        }
        Level::Middling => {
            let (hours, quarters) = (draws.between(2, 6), draws.between(1, 3));
            let (minutes, speed) = (15 * quarters, 4 * draws.between(9, 30));
            let way = speed * (4 * hours + quarters) / 4;
            whole(
                speed,
                format!(
                    "A {vehicle} covers {way} kilometres in {hours} hours and {minutes} minutes. \
                     What is its average speed in kilometres per hour?"
                ),
            )
        }
        Level::Hard => {
            // A whole way of 5 or 8 hours has a terminating decimal for its average.
            let (first_hours, hours) = draws.pick(&[(2, 5), (3, 5), (3, 8), (5, 8)]);
            let (first_speed, speed) = (draws.between(31, 79), draws.between(81, 129));
            let last_hours = hours - first_hours;
            let way = first_hours * first_speed + last_hours * speed;
            decimal(
                way * 1000 / hours,
                3,
                format!(
                    "A {vehicle} runs for {first_hours} hours at {first_speed} kilometres per \
                     hour and then for {last_hours} hours at {speed} kilometres per hour. What is \
                     its average speed in kilometres per hour?"
                ),
            )
        }
    }
}

fn unit_price(draws: &mut Draws, level: Level) -> Question {
    let (ware, wares) = draws.pick(&WARES);
    let (pieces, cents) = match level {
        Level::Easy => (draws.between(2, 9), 100 * draws.between(2, 12)),
        Level::Middling => (draws.between(11, 29), draws.digits(4)),
        Level::Hard => return price_of_a_kilogram(draws),
    };
    let paid = money(pieces * cents);
    decimal(
        cents,
        2,
        format!(
            "{pieces} {wares} of one kind cost {paid} dollars in all. How many dollars does one \
             {ware} cost?"
        ),
    )
}

fn price_of_a_kilogram(draws: &mut Draws) -> Question {
    let food = draws.pick(&FOODS);
    let (grams, cents) = (50 * draws.between(3, 19), 20 * draws.between(35, 240));
    let paid = money(cents * grams / 1000);
    decimal(
        cents,
        2,
        format!(
            "A bag with {grams} grams of {food} costs {paid} dollars. How many dollars does one \
             kilogram of this {food} cost?"
        ),
    )
}

fn mean(draws: &mut Draws, level: Level) -> Question {
    let n_digits = match level {
        Level::Easy => 2,
        Level::Middling | Level::Hard => 3,
    };
    let [a, b, c, last] = [(); 4].map(|()| draws.digits(n_digits));
    // Four easy numbers have a whole mean.
    let d = if let Level::Easy = level { last + 3 - (a + b + c + last + 3) % 4 } else { last };
    let sum = a + b + c + d;
    if let Level::Hard = level {
        let mean = (sum + draws.digits(3)) / 5 + 1;
        return whole(
            5 * mean - sum,
            format!(
                "Over five days a bakery sold {mean} loaves a day on average. On the first four \
                 days it sold {a}, {b}, {c} and {d} loaves. How many loaves did it sell on the \
                 fifth day?"
            ),
        );
    }
    decimal(
        sum * 25,
        2,
        format!(
            "On four days a bakery sold {a}, {b}, {c} and {d} loaves. What is the mean number of \
             loaves sold per day?"
        ),
    )
}

fn time_difference(draws: &mut Draws, level: Level) -> Question {
    const DAY: i64 = 24 * 60;
    match level {
        Level::Easy => {
            let (start, minutes) = (60 * draws.between(8, 20), 5 * draws.between(3, 23));
            let (from, to) = (clock(start), clock(start + minutes));
            whole(
                minutes,
                format!(
                    "A lesson starts at {from} and ends at {to} on the same day. How many minutes \
                     does it last?"
                ),
            )
        }
        Level::Middling => {
            let (start, minutes) = (draws.between(361, 719), draws.between(125, 590));
            let (from, to) = (clock(start), clock(start + minutes));
            whole(
                minutes,
                format!(
                    "A ferry leaves at {from} and arrives at {to} on the same day. How many \
                     minutes does the crossing take?"
                ),
            )
        }
        Level::Hard => {
            let (start, end) = (draws.between(1081, 1430), draws.between(65, 700));
            let (from, to) = (clock(start), clock(end));
            whole(
                DAY - start + end,
                format!(
                    "A night train leaves at {from} and arrives at {to} the next day, in the same \
                     time zone. How many minutes does the journey take?"
                ),
            )
        }
    }
}

fn two_step(draws: &mut Draws, level: Level) -> Question {
    let (name, things) = (draws.pick(&NAMES), draws.pick(&THINGS));
    match level {
        Level::Easy => {
            let (_, wares) = draws.pick(&WARES);
            let (pieces, each) = (draws.between(2, 6), draws.between(2, 8));
            let change = 50 - pieces * each;
            whole(
                change,
                format!(
                    "{name} buys {pieces} {wares} at {each} dollars each and pays with 50 \
                     dollars. How many dollars does {name} get back?"
                ),
            )
        }
        Level::Middling => {
            let (boxes, each) = (draws.digits(2), draws.digits(2));
            let given = draws.between(2, boxes * each - 2);
            whole(
                boxes * each - given,
                format!(
                    "{name} has {boxes} boxes with {each} {things} in each and gives away \
                     {given} of these {things}. How many {things} are left?"
                ),
            )
        }
        Level::Hard => {
            let vessel = draws.pick(&VESSELS);
            let (minutes, inflow) = (draws.between(13, 97), draws.between(101, 499));
            let (outflow, spare) = (inflow + draws.between(11, 199), draws.digits(4));
            let [litres_in, litres_out] = [inflow, outflow].map(|tenths| plain(tenths, 1));
            let litres = minutes * (outflow - inflow) / 10 + spare;
            decimal(
                litres * 10 - minutes * (outflow - inflow),
                1,
                format!(
                    "A {vessel} holds {litres} litres. Every minute {litres_in} litres flow in \
                     and {litres_out} litres flow out. How many litres does it hold after \
                     {minutes} minutes?"
                ),
            )
        }
    }
}

fn order_of_operations(draws: &mut Draws, level: Level) -> Question {
    let [a, b] = [(); 2].map(|()| draws.digits(2));
    let [c, d] = [(); 2].map(|()| draws.between(3, 9));
    match level {
        Level::Easy => whole(a + c * d, format!("What is {a} + {c} × {d}?")),
        Level::Middling => {
            let multiple = d * draws.between(11, 29);
            whole(
                (a - b) * c + multiple / d,
                format!("What is ({a} - {b}) × {c} + {multiple} ÷ {d}?"),
            )
        }
        Level::Hard => {
            let modulus = draws.pick(&[11, 13, 17, 19, 23]);
            whole(
                (c.pow(5) + a * b) % modulus,
                format!("What is the remainder when {c}^5 + {a} × {b} is divided by {modulus}?"),
            )
        }
    }
}
