//! The two sites and the twelve boxes.

/// A site and its boxes, by their labels.
pub(crate) struct Site {
    pub(crate) name: &'static str,
    pub(crate) boxes: [&'static str; 6],
}

/// Every site.
pub(crate) const SITES: [Site; 2] = [
    Site { name: "harbour", boxes: ["dev-01", "dev-02", "dev-03", "dev-04", "dev-05", "dev-06"] },
    Site { name: "station", boxes: ["dev-07", "dev-08", "dev-09", "dev-10", "dev-11", "dev-12"] },
];

/// How many boxes there are.
pub(crate) const BOXES: usize = 12;

/// Whom something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Box(&'static str),
    Site(&'static str),
}

impl Target {
    /// Finds a box or a site by its name.
    pub(crate) fn find(name: &str) -> Result<Self, String> {
        let site = SITES.iter().find(|site| site.name == name).map(|site| Self::Site(site.name));
        let boxed = || labels().find(|label| *label == name).map(Self::Box);
        site.or_else(boxed).ok_or_else(|| {
            format!("there is no box and no site `{}`; there is {}", crate::say::clean(name), all())
        })
    }

    /// A box alone, because what is done needs one.
    pub(crate) fn one(name: &str) -> Result<&'static str, String> {
        match Self::find(name)? {
            Self::Box(label) => Ok(label),
            Self::Site(site) => Err(format!("{site} is a site; name a box, there is {}", all())),
        }
    }

    /// The boxes that it stands for.
    pub(crate) fn boxes(self) -> Vec<&'static str> {
        match self {
            Self::Box(label) => vec![label],
            Self::Site(name) => {
                SITES.iter().filter(|site| site.name == name).flat_map(|site| site.boxes).collect()
            }
        }
    }
}

/// Every box.
pub(crate) fn labels() -> impl Iterator<Item = &'static str> {
    SITES.iter().flat_map(|site| site.boxes)
}

fn all() -> String {
    let of = |site: &Site| format!("{} to {} at {}", site.boxes[0], site.boxes[5], site.name);
    SITES.iter().map(of).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests;
