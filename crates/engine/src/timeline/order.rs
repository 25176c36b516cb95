//! Things put in the order of time, in bounded memory.

/// How many things are held back at most: some 10 MB of records.
pub const HELD: usize = 3072;

/// Things on their way into order: by time, and within a second by their name.
#[derive(Debug)]
pub struct Order<T> {
    held: Vec<Held<T>>,
    /// The time of the last thing let go.
    reached: Option<String>,
    late: usize,
}

#[derive(Debug)]
struct Held<T> {
    time: Option<String>,
    name: Option<String>,
    thing: T,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { held: Vec::new(), reached: None, late: 0 }
    }
}

impl<T> Order<T> {
    /// Takes one more; gives those that have their turn.
    pub fn push(&mut self, time: Option<&str>, name: Option<&str>, thing: T) -> Vec<T> {
        if self.reached.is_some() && time < self.reached.as_deref() {
            self.late += 1;
        }
        let (time, name) = (time.map(str::to_owned), name.map(str::to_owned));
        self.held.push(Held { time, name, thing });
        if self.held.len() >= HELD { self.let_go(HELD / 2) } else { Vec::new() }
    }

    /// Gives all that are left.
    pub fn rest(&mut self) -> Vec<T> {
        self.let_go(self.held.len())
    }

    /// How many wait for their turn.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// How many came when later ones had been let go already.
    pub fn late(&self) -> usize {
        self.late
    }

    fn let_go(&mut self, count: usize) -> Vec<T> {
        self.held.sort_by(|a, b| (&a.time, &a.name).cmp(&(&b.time, &b.name)));
        let rest = self.held.split_off(count.min(self.held.len()));
        let gone = std::mem::replace(&mut self.held, rest);
        let last = gone.last().and_then(|held| held.time.clone());
        if self.reached < last {
            self.reached = last;
        }
        gone.into_iter().map(|held| held.thing).collect()
    }
}
