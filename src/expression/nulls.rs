//! What is known not to be null, and where: the facts that guards show.
//!
//! Where a term of `&&` is looked at, those before it are true; of `||`, they are false; in a
//! branch of `?:` its condition has an outcome. From such an outcome of a node follows that some
//! paths are not null ([`NonNull::learn`]). A set of facts goes down the tree with whoever looks
//! at it, and is cut back on the way up. Paths are compared by their structure, so that no
//! spelling matters.

mod path;
mod shown;

pub(super) use self::path::Path;
use self::shown::{MOST_NAMED, named, visit};
use super::tree::{Expr, Field, Macro, Node};
use crate::resource::{Property, Value};

/// Outcome of a node in a boolean position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub(super) is_true: bool,
    /// It is surely the outcome. Else the node may be unknown as well: a chain goes on behind an
    /// unknown term, since those behind it may decide.
    pub(super) is_decided: bool,
}

impl Outcome {
    /// The outcome of what is known to have one.
    pub(super) const fn decided(is_true: bool) -> Self {
        Self { is_true, is_decided: true }
    }

    fn negated(self) -> Self {
        Self { is_true: !self.is_true, ..self }
    }
}

/// How many elements of a list that stands in the text are asked for a key.
const MOST_SHOWN: usize = 64;

/// Paths that are known not to be null at a place of a tree.
#[derive(Debug, Default)]
pub(super) struct NonNull<'t> {
    facts: Vec<Fact<'t>>,
    /// What values paths have: apart, since few ask for it.
    values: Vec<Fact<'t>>,
    /// Something was known of a property of which an object has another instead. It is never taken
    /// back, since it only saves work.
    pub(super) has_alternatives: bool,
    /// Variables, by their indices, of loops over lists that may hold null.
    gaps: Vec<usize>,
    /// The same of loops over lists of maps that stand in the text, and those.
    shapes: Vec<(usize, &'t Node)>,
}

/// How much was known at a place, for [`NonNull::forget`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    facts: usize,
    values: usize,
    gaps: usize,
    shapes: usize,
}

#[derive(Debug)]
struct Fact<'t> {
    path: Path<'t>,
    /// The variable, by its index, that it is about where it says `resource`.
    element: Option<usize>,
    says: Says<'t>,
}

impl Fact<'_> {
    /// Set of neighbours of which an object has one, where it shows that one of them is there.
    fn alternative(&self) -> Option<&'static str> {
        let is_shown = matches!(self.says, Says::NonNull);
        self.path.node().property().filter(|_| is_shown)?.alternative.as_deref()
    }
}

/// What is known of a path.
#[derive(Debug, Clone, Copy)]
enum Says<'t> {
    NonNull,
    /// It is not null, since the whole would be unknown else: nothing shows that it is there.
    Needed,
    OneOf(&'t [Value]),
    /// What one of several terms names.
    NamedIn(&'t [Node]),
}

impl<'t> NonNull<'t> {
    /// What is known so far.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            facts: self.facts.len(),
            values: self.values.len(),
            gaps: self.gaps.len(),
            shapes: self.shapes.len(),
        }
    }

    /// Forgets what was learned since.
    pub(super) fn forget(&mut self, mark: Mark) {
        self.facts.truncate(mark.facts);
        self.values.truncate(mark.values);
        self.gaps.truncate(mark.gaps);
        self.shapes.truncate(mark.shapes);
    }

    fn push(&mut self, fact: Fact<'t>) {
        match fact.says {
            Says::NonNull | Says::Needed => {
                self.has_alternatives |= fact.alternative().is_some();
                self.facts.push(fact);
            }
            Says::OneOf(_) | Says::NamedIn(_) => self.values.push(fact),
        }
    }

    /// Property that is known to be there since, and one that was before, of which no object has both.
    pub(super) fn rivals(&self, since: Mark) -> Option<(Path<'t>, Path<'t>)> {
        if !self.has_alternatives {
            return None;
        }
        let (before, since) = self.facts.split_at_checked(since.facts)?;
        since.iter().take(MOST_NAMED).find_map(|fact| {
            let of = fact.alternative()?;
            let is_rival = |other: &&Fact<'t>| {
                other.alternative() == Some(of)
                    && other.element == fact.element
                    && other.path.is_sibling(fact.path)
            };
            let rival = before.iter().rev().take(MOST_SHOWN).find(is_rival)?;
            Some((fact.path, rival.path))
        })
    }

    /// Takes up what follows from the outcome of a node.
    pub(super) fn learn(&mut self, node: &'t Node, outcome: Outcome) {
        visit(node, outcome, &mut |path, says| {
            self.push(Fact { path, element: None, says });
        });
    }

    /// Takes up what is known of each element of a list, for which the variable of an index stands:
    /// what its filters let through, and for resources what the `selection` of all of them does.
    pub(super) fn learn_of_elements(
        &mut self,
        list: &'t Node,
        index: usize,
        selection: Option<&'t Node>,
    ) {
        match &list.expr {
            Expr::Resources => {
                let Some(selection) = selection else { return };
                visit(selection, Outcome::decided(true), &mut |path, says| {
                    if path.is_of_resource() {
                        self.push(Fact { path, element: Some(index), says });
                    }
                });
            }
            Expr::Loop(looped) if looped.kind == Macro::Filter => {
                self.learn_of_elements(&looped.range, index, selection);
                // Both loops go over what stands at the same place, so that their variables have
                // the same index.
                self.learn(&looped.body, Outcome::decided(true));
            }
            Expr::Call { function, arguments, .. } if function.keeps_elements() => {
                if let Some(list) = arguments.first() {
                    self.learn_of_elements(list, index, selection);
                }
            }
            Expr::List(_) | Expr::Loop(_) if self.holds_null(list, selection) => {
                self.gaps.push(index);
            }
            Expr::List(_) | Expr::Constant(Value::List(_)) => self.shapes.push((index, list)),
            _ => {}
        }
    }

    /// `true` where an element of a list that is made here may be null.
    pub(super) fn holds_null(&mut self, list: &'t Node, selection: Option<&'t Node>) -> bool {
        match &list.expr {
            Expr::List(items) => items.iter().any(|item| self.nullable(item).is_some()),
            Expr::Loop(looped) if matches!(looped.kind, Macro::Filter | Macro::Map) => {
                let outside = self.mark();
                let holds = if looped.kind == Macro::Map {
                    self.learn_of_elements(&looped.range, looped.index, selection);
                    if let Some(condition) = &looped.condition {
                        self.learn(condition, Outcome::decided(true));
                    }
                    self.nullable(&looped.body).is_some()
                } else {
                    self.learn_of_elements(list, looped.index, selection);
                    self.is_gap(looped.index)
                };
                self.forget(outside);
                holds
            }
            Expr::Call { function, arguments, .. } if function.keeps_elements() => {
                arguments.first().is_some_and(|list| self.holds_null(list, selection))
            }
            _ => false,
        }
    }

    /// `true` for the variable of a list that may hold null, where no guard says otherwise.
    fn is_gap(&self, index: usize) -> bool {
        let is_variable = |path: Path<'_>| path.is_variable() && path.variable() == Some(index);
        let is_known = || self.facts.iter().any(|fact| fact.path.ways().any(is_variable));
        self.gaps.contains(&index) && !is_known()
    }

    /// Path by which a node may be null, as far as the schema tells and unless it is guarded.
    pub(super) fn nullable<'n>(&self, node: &'n Node) -> Option<Path<'n>> {
        let path = Path::of(node)?;
        let origin = match &node.expr {
            Expr::Property(reference) | Expr::PropertyOf { reference, .. } => reference
                .is_nullable()
                .then_some(path)
                .filter(|_| !self.is_given(path, reference.property)),
            Expr::Call { .. } => Some(path),
            Expr::Local { index, .. } => self.gaps.contains(index).then_some(path),
            Expr::Select(selection) => match selection.from {
                Field::Property(property) if property.nullable => {
                    Some(path).filter(|_| !self.is_given(path, property))
                }
                Field::Key => Some(path).filter(|_| !self.has_key(&selection.of, &selection.field)),
                Field::Property(_) | Field::Open => self.nullable(&selection.of),
            },
            Expr::Index(pair) => self.nullable(&pair.0),
            _ => None,
        };
        origin.filter(|_| !self.has(path))
    }

    /// `true` where a map that stands in the text, or each of the list that a variable goes over,
    /// has a key with a value.
    fn has_key(&self, map: &Node, key: &str) -> bool {
        let is_there = |value: &Value| value.get(key).is_some_and(|value| !value.is_null());
        match &map.expr {
            Expr::Constant(value) => is_there(value),
            Expr::Map(entries) => entries.iter().any(|(name, value)| {
                matches!(&name.expr, Expr::Constant(name) if name.as_str() == Some(key))
                    && !is_null(value)
                    && self.nullable(value).is_none()
            }),
            Expr::Local { index, .. } => {
                let shape = self.shapes.iter().rev().find(|(of, _)| of == index);
                shape.is_some_and(|(_, list)| match &list.expr {
                    Expr::Constant(Value::List(items)) if items.len() <= MOST_SHOWN => {
                        items.iter().all(is_there)
                    }
                    Expr::List(items) if items.len() <= MOST_SHOWN => {
                        items.iter().all(|item| self.has_key(item, key))
                    }
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// `true` where a path is known not to be null, by itself or since what is selected of it is
    /// not.
    fn has(&self, path: Path<'_>) -> bool {
        self.facts.iter().any(|fact| fact.path.ways().any(|way| way.is(path, fact.element)))
    }

    /// `true` where what is known of a neighbour says that a property is there.
    fn is_given(&self, path: Path<'_>, property: &Property) -> bool {
        property.given.iter().any(|given| match &given.with {
            Some(with) => self.values.iter().any(|fact| {
                // Where the object itself is null, so is all in it.
                let is_within = || {
                    !with.iter().any(Value::is_null)
                        || path.of_which().is_none_or(|of| self.is_there(of))
                };
                let shows = match fact.says {
                    Says::NonNull | Says::Needed => false,
                    Says::OneOf(values) => values.iter().all(|value| with.contains(value)),
                    Says::NamedIn(terms) => terms.iter().all(|term| {
                        let (_, values) = named(term);
                        values.iter().all(|value| with.contains(value))
                    }),
                };
                shows && fact.path.is_neighbour(path, &given.property, fact.element) && is_within()
            }),
            // What is selected of the neighbour shows it as well.
            None => self.facts.iter().any(|fact| {
                let mut ways = fact.path.ways();
                ways.any(|way| way.is_neighbour(path, &given.property, fact.element))
            }),
        })
    }

    /// `true` where a node is never null here, as far as the schema and the guards tell. Of an
    /// element of a list that is not asked.
    pub(super) fn is_never_null(&self, node: &Node) -> bool {
        match &node.expr {
            Expr::Property(reference) => !reference.is_nullable(),
            Expr::PropertyOf { of, reference } => !reference.is_nullable() && self.is_there(of),
            Expr::Select(selection) => {
                matches!(selection.from, Field::Property(property) if !property.nullable)
                    && self.is_there(&selection.of)
            }
            Expr::Loop(looped) => matches!(looped.kind, Macro::Filter | Macro::Map),
            Expr::Call { function, .. } => function.property.is_none() && function.gives_list(),
            Expr::Resources | Expr::Bound { .. } | Expr::List(_) | Expr::Map(_) => true,
            _ => false,
        }
    }

    /// The same where a guard says so as well, or it is an element of a list.
    pub(super) fn is_there(&self, node: &Node) -> bool {
        matches!(node.expr, Expr::Local { .. })
            || self.is_never_null(node)
            || Path::of(node).is_some_and(|path| self.has(path))
    }
}

/// The list that a list was made of, which is empty wherever that is: of null as well.
pub(super) fn made_of(list: &Node) -> &Node {
    match &list.expr {
        Expr::Loop(looped) if matches!(looped.kind, Macro::Filter | Macro::Map) => {
            made_of(&looped.range)
        }
        Expr::Call { function, arguments, .. } if function.keeps_emptiness() => {
            arguments.first().map_or(list, made_of)
        }
        _ => list,
    }
}

/// `true` for the null that stands in the text.
pub(super) fn is_null(node: &Node) -> bool {
    matches!(node.expr, Expr::Constant(Value::Null))
}
