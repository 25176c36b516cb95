//! Whose client a name is: fields, parameters, variables and what functions give, by the types that are written there.
//!
//! By name and not by flow: a name may be the client of several services. A call is only taken for certain where one of them
//! alone has the operation.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Expr, Fields, FnArg, Item, Member, Pat, ReturnType, Signature, Type};

use super::source::{Module, is_test};

/// Services, by the names of their crates after `aws_sdk_`.
pub(crate) type Services = BTreeSet<String>;

/// Before the name of a type, in the place of a service.
const TYPE: char = ':';

/// Whose client each name is, for each module and, where a module does not say, for its crate.
#[derive(Default)]
pub(crate) struct Clients {
    modules: BTreeMap<(String, Vec<String>), BTreeMap<String, Services>>,
    crates: BTreeMap<String, BTreeMap<String, Services>>,
}

impl Clients {
    /// What the modules say.
    pub(crate) fn of(modules: &[Module]) -> Self {
        let mut clients = Self::default();
        // A second time for variables that are made of what is only known after the first.
        for _ in 0..2 {
            for module in modules {
                let mut reader = Reader { module, clients: &clients, found: BTreeMap::new() };
                module.items.iter().for_each(|item| reader.visit_item(item));
                let found = reader.found;
                let known = clients.crates.entry(module.krate.clone()).or_default();
                for (name, services) in &found {
                    known.entry(name.clone()).or_default().extend(services.iter().cloned());
                }
                clients.modules.insert((module.krate.clone(), module.path.clone()), found);
            }
        }
        clients
    }

    fn named(&self, module: &Module, name: &str) -> Services {
        let here = self.modules.get(&(module.krate.clone(), module.path.clone()));
        let there = self.crates.get(&module.krate);
        let found =
            here.and_then(|names| names.get(name)).or_else(|| there.and_then(|names| names.get(name)));
        found.cloned().unwrap_or_default()
    }

    /// Whose client an expression may be.
    pub(crate) fn of_expression(&self, module: &Module, expression: &Expr) -> Services {
        self.known(module, expression, true).into_iter().filter(|name| !name.starts_with(TYPE)).collect()
    }

    /// The types that are written where an expression is declared; none where that is not known.
    pub(crate) fn types_of(&self, module: &Module, expression: &Expr) -> BTreeSet<String> {
        let known = self.known(module, expression, false);
        known.iter().filter_map(|name| name.strip_prefix(TYPE)).map(str::to_owned).collect()
    }

    /// `through` is whether what a method gives may be what it is called on.
    fn known(&self, module: &Module, expression: &Expr, through: bool) -> Services {
        match expression {
            Expr::Field(field) => self.named(module, &member(&field.member)),
            Expr::Path(path) => path
                .path
                .segments
                .last()
                .map(|last| self.named(module, &last.ident.to_string()))
                .unwrap_or_default(),
            Expr::MethodCall(call) => {
                let given = self.named(module, &format!("{}()", call.method));
                // What only passes it on: `clone()`, `get()`, `lock()`.
                if given.is_empty() && through { self.known(module, &call.receiver, through) } else { given }
            }
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return Services::new() };
                let made = client_in(module, &path.path);
                let name = path.path.segments.last().map(|last| format!("{}()", last.ident));
                if made.is_empty() {
                    name.map(|name| self.named(module, &name)).unwrap_or_default()
                } else {
                    made
                }
            }
            Expr::Await(inner) => self.known(module, &inner.base, through),
            Expr::Try(inner) => self.known(module, &inner.expr, through),
            Expr::Paren(inner) => self.known(module, &inner.expr, through),
            Expr::Reference(inner) => self.known(module, &inner.expr, through),
            Expr::Unary(inner) => self.known(module, &inner.expr, through),
            _ => Services::new(),
        }
    }
}

/// The service whose `Client` a path names.
fn client_in(module: &Module, path: &syn::Path) -> Services {
    let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let Some(first) = words.first() else { return Services::new() };
    // As `use` has it, the whole path.
    let brought = module.uses.iter().find(|(name, _)| name == first);
    let whole = match brought {
        Some((_, path)) => [path, &words[1..]].concat(),
        None => words,
    };
    let service = whole.first().and_then(|first| first.strip_prefix("aws_sdk_"));
    service.filter(|_| whole.iter().any(|word| word == "Client")).map(str::to_owned).into_iter().collect()
}

fn member(member: &Member) -> String {
    match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

struct Reader<'a> {
    module: &'a Module,
    clients: &'a Clients,
    found: BTreeMap<String, Services>,
}

impl Reader<'_> {
    fn note(&mut self, name: String, services: Services) {
        if !services.is_empty() {
            self.found.entry(name).or_default().extend(services);
        }
    }

    /// Whose client a variable is, and its types, by what it is made of.
    fn made_of(&self, expression: &Expr) -> Services {
        let types = self.clients.types_of(self.module, expression);
        let types = types.into_iter().map(|name| format!("{TYPE}{name}"));
        self.clients.of_expression(self.module, expression).into_iter().chain(types).collect()
    }

    fn in_type(&self, kind: &Type) -> Services {
        let mut seen = Mentions { module: self.module, found: Services::new() };
        seen.visit_type(kind);
        seen.found
    }

    fn fields(&mut self, fields: &Fields) {
        for (number, field) in fields.iter().enumerate() {
            let name = field.ident.as_ref().map_or(number.to_string(), ToString::to_string);
            let services = self.in_type(&field.ty);
            self.note(name, services);
        }
    }

    fn bound(&mut self, pattern: &Pat, services: &Services) {
        let mut names = Names(Vec::new());
        names.visit_pat(pattern);
        names.0.into_iter().for_each(|name| self.note(name, services.clone()));
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Struct(item) if !is_test(&item.attrs) => self.fields(&item.fields),
            Item::Enum(item) => item.variants.iter().for_each(|variant| self.fields(&variant.fields)),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        for input in &signature.inputs {
            if let FnArg::Typed(input) = input {
                let services = self.in_type(&input.ty);
                self.bound(&input.pat, &services);
            }
        }
        if let ReturnType::Type(_, given) = &signature.output {
            let services = self.in_type(given);
            self.note(format!("{}()", signature.ident), services);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init {
            let services = self.made_of(&init.expr);
            self.bound(&local.pat, &services);
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_let(&mut self, binding: &'ast syn::ExprLet) {
        let services = self.made_of(&binding.expr);
        self.bound(&binding.pat, &services);
        visit::visit_expr_let(self, binding);
    }

    fn visit_field_pat(&mut self, field: &'ast syn::FieldPat) {
        let services = self.clients.named(self.module, &member(&field.member));
        self.bound(&field.pat, &services);
        visit::visit_field_pat(self, field);
    }
}

/// Clients that a type mentions: `Late<aws_sdk_s3::Client>`.
struct Mentions<'a> {
    module: &'a Module,
    found: Services,
}

impl<'ast> Visit<'ast> for Mentions<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found.extend(client_in(self.module, path));
        self.found.extend(path.segments.last().map(|last| format!("{TYPE}{}", last.ident)));
        visit::visit_path(self, path);
    }
}

/// The names that a pattern binds.
struct Names(Vec<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.0.push(pattern.ident.to_string());
        visit::visit_pat_ident(self, pattern);
    }
}
