//! Functions: what each refers to, and which operations of AWS it asks for.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ImplItem, Item, Signature, Token, TraitItem, Visibility};

use super::clients::Clients;
use super::sdk::Sdk;
use super::source::{Module, is_test};

/// One operation, asked for in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) service: String,
    /// As the client's method is called: `put_events`.
    pub(crate) method: String,
    /// The crate's name, and the file below `src`.
    pub(crate) krate: String,
    pub(crate) file: String,
}

/// Something that is referred to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// `a::b`, as far as it is written.
    Path(Vec<String>),
    /// `.b(…)`, with so many arguments where they can be counted, on one of these types where that is known.
    Method(String, Option<usize>, BTreeSet<String>),
}

/// A function, method, or macro.
pub(crate) struct Code {
    pub(crate) krate: String,
    pub(crate) module: Vec<String>,
    pub(crate) name: String,
    /// The type whose function it is.
    pub(crate) owner: Option<String>,
    /// Arguments besides `self`; none for a function without `self`.
    pub(crate) arguments: Option<usize>,
    pub(crate) seen: Seen,
    pub(crate) refers: BTreeSet<Reference>,
    pub(crate) calls: Vec<Call>,
}

/// From where it can be called.
#[derive(PartialEq, Eq)]
pub(crate) enum Seen {
    Everywhere,
    /// Within this module of its crate.
    Within(Vec<String>),
    /// By whoever knows the trait, which may be somebody else's code.
    ByTrait,
}

/// The functions of a module, and what is wrong with them.
pub(crate) fn functions(
    module: &Module,
    clients: &Clients,
    sdk: &Sdk,
    faults: &mut Vec<String>,
) -> Vec<Code> {
    let mut reader = Reader { module, clients, sdk, faults, found: Vec::new() };
    module.items.iter().for_each(|item| reader.item(item));
    reader.found
}

struct Reader<'a> {
    module: &'a Module,
    clients: &'a Clients,
    sdk: &'a Sdk,
    faults: &'a mut Vec<String>,
    found: Vec<Code>,
}

impl Reader<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(item) if !is_test(&item.attrs) => {
                let seen = self.seen(&item.vis);
                self.code(&item.sig, &item.block, None, seen);
            }
            Item::Impl(item) if !is_test(&item.attrs) => {
                let owner = match &*item.self_ty {
                    syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
                    _ => None,
                };
                for inner in &item.items {
                    if let ImplItem::Fn(inner) = inner
                        && !is_test(&inner.attrs)
                    {
                        let of_trait = item.trait_.is_some();
                        let seen = if of_trait { Seen::ByTrait } else { self.seen(&inner.vis) };
                        self.code(&inner.sig, &inner.block, owner.clone(), seen);
                    }
                }
            }
            Item::Trait(item) => {
                for inner in &item.items {
                    if let TraitItem::Fn(inner) = inner
                        && let Some(block) = &inner.default
                    {
                        self.code(&inner.sig, block, Some(item.ident.to_string()), Seen::ByTrait);
                    }
                }
            }
            // What a macro is made of, and what is worked out once, is anybody's.
            Item::Macro(_) | Item::Const(_) | Item::Static(_) => {
                let mut body = self.body(None);
                body.visit_item(item);
                let (refers, calls, sent) = body.end();
                self.add("…", None, None, Seen::ByTrait, refers, calls, sent);
            }
            _ => {}
        }
    }

    fn seen(&self, visibility: &Visibility) -> Seen {
        match visibility {
            Visibility::Public(_) => Seen::Everywhere,
            Visibility::Restricted(to) if to.path.is_ident("crate") => Seen::Within(Vec::new()),
            Visibility::Restricted(to) if to.path.is_ident("super") => Seen::Within(
                self.module.path.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default(),
            ),
            Visibility::Restricted(_) => Seen::Within(Vec::new()),
            Visibility::Inherited => Seen::Within(self.module.path.clone()),
        }
    }

    fn body(&mut self, owner: Option<String>) -> Body<'_> {
        Body {
            module: self.module,
            owner,
            clients: self.clients,
            sdk: self.sdk,
            faults: self.faults,
            refers: BTreeSet::new(),
            calls: Vec::new(),
            sent: false,
        }
    }

    fn code(&mut self, signature: &Signature, block: &Block, owner: Option<String>, seen: Seen) {
        let mut body = self.body(owner.clone());
        body.visit_block(block);
        let (refers, calls, sent) = body.end();
        let has_self = signature.receiver().is_some();
        let arguments = has_self.then(|| signature.inputs.len() - 1);
        self.add(&signature.ident.to_string(), owner, arguments, seen, refers, calls, sent);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one record, named once")]
    fn add(
        &mut self,
        name: &str,
        owner: Option<String>,
        arguments: Option<usize>,
        seen: Seen,
        refers: BTreeSet<Reference>,
        calls: Vec<Call>,
        sent: bool,
    ) {
        let Module { krate, path, file, .. } = self.module;
        if sent && calls.is_empty() {
            let why =
                "sends a request whose operation is not seen; ask the client for it in the same function";
            self.faults.push(format!("{krate}: {file}: `{name}` {why}"));
        }
        let (krate, module, name) = (krate.clone(), path.clone(), name.to_owned());
        self.found.push(Code { krate, module, name, owner, arguments, seen, refers, calls });
    }
}

struct Body<'a> {
    module: &'a Module,
    /// The type whose function it is.
    owner: Option<String>,
    clients: &'a Clients,
    sdk: &'a Sdk,
    faults: &'a mut Vec<String>,
    refers: BTreeSet<Reference>,
    calls: Vec<Call>,
    sent: bool,
}

impl Body<'_> {
    fn end(self) -> (BTreeSet<Reference>, Vec<Call>, bool) {
        (self.refers, self.calls, self.sent)
    }

    /// An operation has no arguments: they are given to what it makes.
    fn operation(&mut self, call: &syn::ExprMethodCall) {
        let method = call.method.to_string();
        let having = self.sdk.having(&method);
        if having.is_empty() {
            return;
        }
        let whose = self.clients.of_expression(self.module, &call.receiver);
        let matching: Vec<_> = whose.intersection(&having).cloned().collect();
        let Module { krate, file, .. } = self.module;
        match &matching[..] {
            [service] => {
                let (service, krate, file) = (service.clone(), krate.clone(), file.clone());
                self.calls.push(Call { service, method, krate, file });
            }
            [] if !whose.is_empty() || !self.brings_in(&having) => {}
            [] => self.faults.push(format!(
                "{krate}: {file}: `{method}` is an operation of {having:?}, and whose client this is can't be told; \
                 give it a name whose type is written in this file"
            )),
            several => self.faults.push(format!(
                "{krate}: {file}: `{method}` may be a call of each of {several:?}; give their clients different names"
            )),
        }
    }

    /// True if the module names one of the SDK crates.
    fn brings_in(&self, services: &BTreeSet<String>) -> bool {
        let service =
            |(_, path): &(String, Vec<String>)| path.first()?.strip_prefix("aws_sdk_").map(str::to_owned);
        self.module.uses.iter().filter_map(service).any(|service| services.contains(&service))
    }
}

impl<'ast> Visit<'ast> for Body<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let types = match (&*call.receiver, &self.owner) {
            (Expr::Path(path), Some(owner)) if path.path.is_ident("self") => BTreeSet::from([owner.clone()]),
            (receiver, _) => self.clients.types_of(self.module, receiver),
        };
        self.refers.insert(Reference::Method(call.method.to_string(), Some(call.args.len()), types));
        if call.args.is_empty() {
            self.operation(call);
            self.sent |= call.method == "send";
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let words: Vec<_> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let brought = self.module.uses.iter().filter(|(name, _)| words.first() == Some(name));
        for (_, whole) in brought {
            self.refers.insert(Reference::Path([whole, &words[1..]].concat()));
        }
        self.refers.insert(Reference::Path(words));
        visit::visit_expr_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let arguments = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match arguments {
            Ok(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            // Words of a macro of its own grammar: whatever is called there may be anything of that name.
            Err(_) => self.words(&call.tokens.to_string()),
        }
    }
}

impl Body<'_> {
    fn words(&mut self, text: &str) {
        for (at, _) in text.match_indices('(') {
            let before = text.get(..at).unwrap_or_default().trim_end();
            let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
            let name = before.rsplit(|letter| !is_word(letter)).next().unwrap_or_default();
            let rest = before.strip_suffix(name).unwrap_or_default().trim_end();
            if name.is_empty() {
                continue;
            }
            if rest.ends_with('.') {
                self.refers.insert(Reference::Method(name.to_owned(), None, BTreeSet::new()));
                if !self.sdk.having(name).is_empty() && self.brings_in(&self.sdk.having(name)) {
                    let Module { krate, file, .. } = self.module;
                    let why = "stands in a macro that can't be read; ask for it outside";
                    self.faults.push(format!("{krate}: {file}: `{name}` {why}"));
                }
            } else {
                self.refers.insert(Reference::Path(vec![name.to_owned()]));
            }
        }
    }
}
