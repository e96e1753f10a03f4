//! The silhouettes of states: drawn once for a page, and told apart without colour.

use maud::{Markup, PreEscaped, html};

use crate::roll::State;

/// A box with its lid on, dotted, up, away; a diamond; a stroke: each in a square of 16.
const SHAPES: [(&str, &str); 8] = [
    ("trusted", r#"<path d="M1.5 3h13v3.5h-13zM2.5 7.5h11V13.5h-11z"/>"#),
    (
        "unproved",
        r#"<path class="line dots" d="M2.2 3.2h11.6v10H2.2z"/><path class="line dots" d="M2.2 6.6h11.6"/>"#,
    ),
    ("service", r#"<path class="line" d="M2.7 8h10.6v5.3H2.7zM2.4 6.2l10.4-3.6"/>"#),
    (
        "silent",
        r#"<path class="line" d="M6 13.3H2.7V6.5M2.7 3.5h4M10 3h3.3v6.8M13.3 13.3H9.6M1.8 14.6L14.4 1.6"/>"#,
    ),
    ("attention", r#"<path d="M8 1.2L14.8 8 8 14.8 1.2 8z"/><path class="cut" d="M8 4.6v4.2M8 10.2v1.5"/>"#),
    ("tampered", r#"<path d="M2.5 8h11v5.7h-11zM1.6 6.6l.9-2.9 10.9-2.9-.8 3z"/>"#),
    ("off-duty", r#"<path class="line" d="M2.2 3.2h11.6v10H2.2zM2.2 6.6h11.6"/>"#),
    ("revoked", r#"<path class="line" d="M2.2 3.2h11.6v10H2.2zM4.6 5.6l6.8 5.2M11.4 5.6l-6.8 5.2"/>"#),
];

/// How far apart squares stand.
pub(super) const PITCH: usize = 9;

/// The same as squares of seven, for maps of many: each alone, and as a pattern for those that stand side by side.
const SQUARES: [(&str, &str); 8] = [
    ("trusted", r#"<path d="M0 0h7v7h-7z"/>"#),
    ("unproved", r#"<path class="line dots" d="M.6.6h5.8v5.8h-5.8z"/>"#),
    ("service", r#"<path class="line" d="M.75.75h5.5v5.5h-5.5z"/>"#),
    ("silent", r#"<path class="line" d="M.6.6h5.8v5.8h-5.8zM.6 6.4l5.8-5.8"/>"#),
    ("attention", r#"<path d="M3.5-.6l4.1 4.1-4.1 4.1-4.1-4.1z"/>"#),
    ("tampered", r#"<path d="M-.6 2.4h8.2v5.2h-8.2zM-1 .6l7.6-2 .4 1.7-7.6 2z"/>"#),
    ("off-duty", r#"<path class="line" d="M.6 3.5h5.8"/>"#),
    ("revoked", r#"<path class="line" d="M.6.6l5.8 5.8M6.4.6l-5.8 5.8"/>"#),
];

/// Signs that are no states: the brand, the doors, yes, no and not yet.
const SIGNS: [(&str, &str); 9] = [
    ("brand", r#"<path d="M1.5 3h13v3.5h-13zM2.5 7.5h11V13.5h-11z"/>"#),
    ("fleet", r#"<path class="line" d="M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z"/>"#),
    ("incidents", r#"<path d="M2.5 8h11v5.7h-11zM1.6 6.6l.9-2.9 10.9-2.9-.8 3z"/>"#),
    ("audit", r#"<path class="line" d="M2.5 4h11M2.5 8h11M2.5 12h7"/>"#),
    (
        "people",
        r#"<path class="line" d="M8 8.2a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.8 14c.5-2.6 2.4-4 5.2-4s4.7 1.4 5.2 4"/>"#,
    ),
    ("settings", r#"<path class="line" d="M2 4.5h6M11 4.5h3M8 2.5v4M2 11.5h2M7 11.5h7M4.5 9.5v4"/>"#),
    ("yes", r#"<path class="line" d="M2.5 8.6l3.6 3.6 7.4-8"/>"#),
    ("no", r#"<path class="line" d="M3.4 3.4l9.2 9.2M12.6 3.4l-9.2 9.2"/>"#),
    ("wait", r#"<circle class="line" cx="8" cy="8" r="4.8"/>"#),
];

/// Drawn once, at the top of a page.
pub(super) fn shapes() -> Markup {
    html! {
        svg.shapes width="0" height="0" aria-hidden="true" {
            @for (name, shape) in SHAPES {
                symbol id={ "m-" (name) } viewBox="0 0 16 16" { (PreEscaped(shape)) }
            }
            @for (name, shape) in SQUARES {
                g id={ "s-" (name) } { (PreEscaped(shape)) }
                pattern.{ "is-" (name) } id={ "p-" (name) } width=(PITCH) height=(PITCH) patternUnits="userSpaceOnUse" {
                    use href={ "#s-" (name) } x="1" y="1" {}
                }
            }
            @for (name, shape) in SIGNS {
                symbol id={ "m-" (name) } viewBox="0 0 16 16" { (PreEscaped(shape)) }
            }
        }
    }
}

/// The mark of a state; the word stands beside it.
pub(super) fn mark(state: State) -> Markup {
    named(state.name())
}

/// Any of the shapes, in the colour of its meaning.
pub(super) fn named(name: &str) -> Markup {
    html! {
        svg class={ "mark is-" (name) } width="16" height="16" aria-hidden="true" { use href={ "#m-" (name) } {} }
    }
}
