//! Fonts of the system, for characters that the window's own fonts lack: names in Chinese, Japanese, Korean, Arabic, Hebrew, and signs.
//!
//! ```text
//!  a character that no font has ──▶ the first time: a thread looks which fonts the system has ──▶ all text is laid out anew
//!                                   from then on: one of them, behind ours
//!  nowhere to be found ───────────▶ egui's replacement, a box: never nothing
//! ```
//!
//! Nobody who only has letters of ours ever waits for it: looking which fonts there are takes tenths of a second, and begins with the first
//! character that needs it. Fonts of ours always come first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use eframe::egui::{Context, FallbackRequest, FontInsert, FontProvider};

use egui_system_font_provider::SystemFontProvider;

/// Finds fonts of the system once one is needed.
struct WhenNeeded {
    /// Whose text is laid out anew once they are known.
    context: Context,
    found: Arc<OnceLock<SystemFontProvider>>,
    begun: Arc<AtomicBool>,
}

/// Has a window's text use the system's fonts where its own lack a character.
pub fn use_where_needed(context: &Context) {
    let provider = WhenNeeded { context: context.clone(), found: Arc::default(), begun: Arc::default() };
    context.set_font_providers(vec![Arc::new(provider)]);
}

impl FontProvider for WhenNeeded {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if let Some(found) = self.found.get() {
            return found.font_for(request);
        }
        if !self.begun.swap(true, Ordering::Relaxed) {
            self.look(request);
        }
        None
    }
}

impl WhenNeeded {
    /// Looks which fonts the system has, on a thread of its own.
    fn look(&self, request: &FallbackRequest<'_>) {
        let (cluster, family) = (request.cluster.to_owned(), request.family.clone());
        let known = WhenNeeded {
            context: self.context.clone(),
            found: Arc::clone(&self.found),
            begun: Arc::clone(&self.begun),
        };
        let work = move || {
            let system = SystemFontProvider::new();
            // The first that is asked for is waited for: here, and not where text is drawn.
            let _ = system.font_for(&FallbackRequest { cluster: &cluster, family: &family });
            if known.found.set(system).is_ok() {
                let context = known.context.clone();
                // What was not found before is asked for again.
                context.set_font_providers(vec![Arc::new(known)]);
                context.request_repaint();
            }
        };
        if let Err(error) = std::thread::Builder::new().name("fonts".to_owned()).spawn(work) {
            tracing::warn!(%error, "the system's fonts are not looked for");
        }
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{FontId, RawInput, Shape};

    use super::*;
    use crate::widgets::theme;

    /// Names of people who come to congresses, and what they put behind them.
    const NAMES: [&str; 7] = ["王小明", "山田 太郎", "김철수", "שרה לוי", "محمد علي", "🎉 Åsa", "\u{10ffff}"];

    /// Draws a name. Says whether there is something to be seen for each of its characters, but for blanks.
    fn is_seen(context: &Context, name: &str) -> bool {
        let mut output = context.run_ui(RawInput::default(), |ui| {
            ui.label(name);
        });
        // Nothing paints what is laid out here.
        output.textures_delta.clear();
        let mut texts = output.shapes.iter().filter_map(|shape| match &shape.shape {
            Shape::Text(text) if text.galley.text() == name => Some(text.galley.clone()),
            _ => None,
        });
        let galley = texts.next_back().unwrap();
        let glyphs = galley.rows.iter().flat_map(|row| &row.row.glyphs);
        let seen = glyphs.filter(|glyph| !glyph.uv_rect.is_nothing()).count();
        seen >= name.chars().filter(|letter| !letter.is_whitespace()).count()
    }

    #[test]
    fn what_no_font_has_is_never_drawn_as_nothing() {
        let context = Context::default();
        theme::install(&context);
        for name in NAMES {
            assert!(is_seen(&context, name), "{name}");
        }
    }

    #[test]
    fn the_systems_fonts_are_looked_for_only_once_one_is_needed() {
        let context = Context::default();
        theme::install(&context);
        let (found, begun) = (Arc::<OnceLock<_>>::default(), Arc::<AtomicBool>::default());
        let provider =
            WhenNeeded { context: context.clone(), found: Arc::clone(&found), begun: Arc::clone(&begun) };
        context.set_font_providers(vec![Arc::new(provider)]);
        assert!(is_seen(&context, "Åsa Öberg, Łukasz Đorđević – 1 250 m²"));
        assert!(!begun.load(Ordering::Relaxed), "ours have all of that");
        for name in NAMES {
            assert!(is_seen(&context, name), "{name}");
        }
        assert!(begun.load(Ordering::Relaxed));
        for _ in 0..6_000 {
            if found.get().is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(found.get().is_some(), "they were looked for");
        // Whatever this system has: all of it is drawn, and what ours have with ours.
        for name in NAMES {
            assert!(is_seen(&context, name), "{name}");
        }
        assert!(context.fonts_mut(|fonts| fonts.has_glyph(&FontId::proportional(14.0), 'Å')));
    }
}
