//! Numbers that are known within a step alone.

/// A range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The smallest.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Range {
    /// So much to either side of a number.
    pub fn around(value: f64, half: f64) -> Self {
        Self { least: value - half, most: value + half }
    }

    /// Of the products of its numbers and those of another.
    pub fn times(self, factor: Self) -> Self {
        let all =
            [self.least * factor.least, self.least * factor.most, self.most * factor.least, self.most * factor.most];
        Self { least: all.into_iter().fold(f64::MAX, f64::min), most: all.into_iter().fold(f64::MIN, f64::max) }
    }

    /// With so much more at either end.
    pub fn wider(self, half: f64) -> Self {
        Self { least: self.least - half, most: self.most + half }
    }

    /// Half way.
    pub fn middle(self) -> f64 {
        f64::midpoint(self.least, self.most)
    }

    /// How far its ends are from the middle.
    pub fn half(self) -> f64 {
        (self.most - self.least) / 2.0
    }

    /// Of the sums of its numbers and those of another.
    pub fn and(self, other: Self) -> Self {
        Self { least: self.least + other.least, most: self.most + other.most }
    }

    /// With each number larger by so much.
    pub fn plus(self, more: f64) -> Self {
        Self { least: self.least + more, most: self.most + more }
    }
}

/// The most that parts bring which are one together, each within its range; `None` where they cannot be one.
pub fn most_of(mut parts: Vec<(Range, f64)>) -> Option<f64> {
    parts.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut left = 1.0 - parts.iter().map(|(weight, _)| weight.least).sum::<f64>();
    if left < -1e-9 {
        return None;
    }
    let mut sum = 0.0;
    for (weight, returned) in parts {
        let more = left.min(weight.most - weight.least);
        sum += (weight.least + more) * returned;
        left -= more;
    }
    (left <= 1e-9).then_some(sum)
}
