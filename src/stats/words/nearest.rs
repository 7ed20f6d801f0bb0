//! Which texts are most like a text.

use super::bag::{Bags, Sparse};

/// A text that is like another: how much, from 0 to 1, and its number.
pub type Near = (f64, u32);

/// Of each text the `k` texts of each group that are most like it, itself aside: the nearest first,
/// and of equals the first.
///
/// Likeness is the cosine of the angle between the vectors; texts without a term in common are no
/// neighbours. `group_of` has a number below `n_groups` for each text.
/// Source: T. Cover and P. Hart, IEEE Transactions on Information Theory 13 (1967), 21-27.
pub fn nearest(bags: &Bags, group_of: &[usize], n_groups: usize, k: usize) -> Vec<Vec<Vec<Near>>> {
    // Who has each term, by group.
    let mut having: Vec<Vec<(u32, f64)>> = vec![Vec::new(); bags.n_places];
    for (text, vector) in bags.of.iter().enumerate() {
        for (place, weight) in vector {
            having[*place as usize].push((text as u32, *weight));
        }
    }
    let mut likeness = vec![0.0; bags.of.len()];
    let of_text = |(text, vector): (usize, &Sparse)| {
        let mut met: Vec<u32> = Vec::new();
        for (place, weight) in vector {
            for (other, of_other) in &having[*place as usize] {
                let sum: &mut f64 = &mut likeness[*other as usize];
                if *sum == 0.0 {
                    met.push(*other);
                }
                *sum += weight * of_other;
            }
        }
        let mut groups: Vec<Vec<(f64, u32)>> = vec![Vec::new(); n_groups];
        for other in met {
            let like = std::mem::take(&mut likeness[other as usize]);
            if other as usize != text {
                groups[group_of[other as usize]].push((like, other));
            }
        }
        groups.into_iter().map(|near| first(near, k)).collect()
    };
    bags.of.iter().enumerate().map(of_text).collect()
}

/// The `k` nearest, in order.
pub fn first(mut near: Vec<Near>, k: usize) -> Vec<Near> {
    let order = |a: &Near, b: &Near| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if near.len() > k && k > 0 {
        near.select_nth_unstable_by(k - 1, order);
        near.truncate(k);
    }
    near.sort_by(order);
    near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::words::bags;

    #[test]
    fn the_nearest_have_most_in_common_and_nobody_is_near_himself() {
        let texts = [
            "red apples and pears",
            "red apples and plums",
            "green apples",
            "the tax on houses",
            "the tax on land",
            "nothing else",
        ];
        let bags = bags(&texts);
        let numbers = |near: &[Near]| near.iter().map(|it| it.1).collect::<Vec<_>>();
        let all = nearest(&bags, &[0; 6], 1, 9);
        let got: Vec<Vec<u32>> = all.iter().map(|groups| numbers(&groups[0])).collect();
        assert_eq!(got, [vec![1, 2], vec![0, 2], vec![0, 1], vec![4], vec![3], vec![]]);
        assert!(all[0][0][0].0 > all[0][0][1].0, "{:?}", all[0]);
        // The one nearest of each group, also where that is not the nearest of all.
        let by_group = nearest(&bags, &[0, 1, 0, 1, 1, 0], 2, 1);
        assert_eq!(by_group[1].iter().map(|it| numbers(it)).collect::<Vec<_>>(), [vec![0], vec![]]);
        assert_eq!(
            by_group[0].iter().map(|it| numbers(it)).collect::<Vec<_>>(),
            [vec![2], vec![1]]
        );
    }
}
