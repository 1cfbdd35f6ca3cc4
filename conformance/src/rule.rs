//! What a rule is. The rules themselves are rows of [`crate::rules`].

use std::fmt;

use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::scenario::Scenario;
use crate::verdict::Verdict;

/// A requirement on clients, and how a breach is recognised.
pub struct Rule {
    /// Its id: `PAG-03`.
    pub id: &'static str,
    /// The requirement in one sentence.
    pub summary: &'static str,
    /// How grave a breach is, by profile.
    pub levels: Levels,
    /// Who requires it.
    pub sources: &'static [Source],
    /// What a client must claim for the rule to apply.
    pub needs: &'static [&'static str],
    /// How it is observed.
    pub watch: Watch,
}

/// How a rule is observed.
pub enum Watch {
    /// By what a scenario leaves behind.
    Case(Check),
    /// By comparing a scenario with its twin, which must make no difference.
    Twins(Check, Twin),
    /// Not at all by version 1.0 of the protocol, and why.
    Not(&'static str),
}

/// Recognising a breach.
pub struct Check {
    /// Whether what the rule is about came to pass. A rule that was never met passes nobody.
    pub met: fn(&Case<'_>) -> bool,
    /// The breaches.
    pub judge: fn(&Case<'_>) -> Vec<Breach>,
    /// The smallest scenarios that meet the rule, written by hand, one for each way to break it.
    pub minimal: &'static [fn() -> Scenario],
    /// The faulty clients that it must convict.
    pub convicts: &'static [Defect],
}

/// Two scenarios that must end alike.
pub struct Twin {
    /// The other scenario, where there is one.
    pub of: fn(&Scenario) -> Option<Scenario>,
    /// Where they differ although they must not.
    pub differ: fn(&Case<'_>, &Case<'_>) -> Vec<Breach>,
}

/// A text that requires something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Which text, and where in it.
    pub text: &'static str,
    /// When it was read.
    pub read: &'static str,
}

/// How grave a breach is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    May,
    /// A recommendation.
    Should,
    /// A requirement, or harm.
    Must,
}

/// Whose texts count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Microsoft Graph's documentation; harm first.
    #[default]
    Graph,
    /// The design of Graph's SDKs.
    Sdk,
    /// The RFCs.
    Rfc,
    /// OData 4.01.
    Odata,
    /// All of them, and recommendations are requirements.
    Strict,
}

/// A level for each profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    graph: Level,
    sdk: Level,
    rfc: Level,
    odata: Level,
}

impl Levels {
    /// The same for all.
    pub const fn all(level: Level) -> Self {
        Self { graph: level, sdk: level, rfc: level, odata: level }
    }

    /// Another one for the SDKs' design.
    #[must_use]
    pub const fn sdk(mut self, level: Level) -> Self {
        self.sdk = level;
        self
    }

    /// Another one for the RFCs.
    #[must_use]
    pub const fn rfc(mut self, level: Level) -> Self {
        self.rfc = level;
        self
    }

    /// Another one for OData.
    #[must_use]
    pub const fn odata(mut self, level: Level) -> Self {
        self.odata = level;
        self
    }

    /// The level under a profile.
    pub fn of(self, profile: Profile) -> Level {
        match profile {
            Profile::Graph => self.graph,
            Profile::Sdk => self.sdk,
            Profile::Rfc => self.rfc,
            Profile::Odata => self.odata,
            Profile::Strict => match self.graph.max(self.sdk).max(self.rfc).max(self.odata) {
                Level::May => Level::May,
                Level::Should | Level::Must => Level::Must,
            },
        }
    }
}

impl Level {
    /// What a breach amounts to.
    pub const fn verdict(self, lesser: bool) -> Verdict {
        match (self, lesser) {
            (Self::Must, false) => Verdict::Fail,
            (Self::Must, true) | (Self::Should, false) => Verdict::Warn,
            (Self::Should, true) | (Self::May, _) => Verdict::Info,
        }
    }

    /// As documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::May => "INFO",
            Self::Should => "WARN",
            Self::Must => "FAIL",
        }
    }
}

impl Profile {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 5] = [
        ("graph", Self::Graph),
        ("sdk", Self::Sdk),
        ("rfc", Self::Rfc),
        ("odata", Self::Odata),
        ("strict", Self::Strict),
    ];
}

impl Rule {
    /// How it is recognised, where it is.
    pub const fn check(&self) -> Option<&Check> {
        match &self.watch {
            Watch::Case(check) | Watch::Twins(check, _) => Some(check),
            Watch::Not(_) => None,
        }
    }

    /// The family: what stands before the number.
    pub fn family(&self) -> &'static str {
        self.id.split('-').next().unwrap_or(self.id)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("id", &self.id).finish_non_exhaustive()
    }
}
