//! What a function costs, as Linux counts it.

use std::fs;

use super::{Lambda, held};

impl Lambda {
    /// The memory that it holds now, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The most memory that it has held so far, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The time that it has computed so far, in milliseconds. Linux counts in hundredths of a second.
    pub(crate) fn cpu_ms(&self) -> u64 {
        let stat = self.process_file("stat");
        // The name of the command, in parentheses, may hold anything; times are the 12th and 13th after it.
        let after = stat.rsplit_once(')').expect("the name of a command").1;
        after.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("ticks") * 10).sum()
    }

    fn memory(&self, name: &str) -> u64 {
        let status = self.process_file("status");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a running process");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    fn process_file(&self, name: &str) -> String {
        let id = held(&self.child).id();
        fs::read_to_string(format!("/proc/{id}/{name}")).expect("the function runs, on Linux")
    }
}
