//! A picture for a camera: a text as a QR code.
//!
//! It is dark on light in both themes, with the margin that the standard asks for: a camera wants it so.

use eframe::egui::{Color32, Mesh, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};
use qrcode::{Color, QrCode};

/// A text as squares. Made once, painted in each frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    dark: Vec<bool>,
}

/// The light margin, in squares.
const QUIET: usize = 4;

impl Picture {
    /// The picture of a text; none where it is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Picture> {
        let code = QrCode::new(text.as_bytes()).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().map(|colour| colour == Color::Dark).collect();
        Some(Picture { width, dark })
    }

    /// Shows it with sides of about `side` points. `name` is its name for screen readers.
    pub fn show(&self, ui: &mut Ui, side: f32, name: &str) -> Response {
        // Squares of whole pixels: a camera sees edges better than shades.
        let pixel = 1.0 / ui.ctx().pixels_per_point();
        let squares = (self.width + 2 * QUIET) as f32;
        let square = ((side / squares / pixel).floor() * pixel).max(pixel);
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(square * squares), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
        ui.painter().rect_filled(rect, 0.0, Color32::WHITE);
        let mut mesh = Mesh::default();
        for (place, _) in self.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = (place % self.width + QUIET, place / self.width + QUIET);
            let corner = rect.min + vec2(x as f32, y as f32) * square;
            let square = Rect::from_min_size(pos2(corner.x, corner.y), Vec2::splat(square));
            mesh.add_colored_rect(square, Color32::BLACK);
        }
        ui.painter().add(mesh);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_a_picture_with_its_three_corners_and_a_book_has_none() {
        let picture = Picture::of("wss://relay.example/ws#ABCD-EFGH-JKMN-PQRS").unwrap();
        let at = |x: usize, y: usize| picture.dark[y * picture.width + x];
        let last = picture.width - 1;
        assert!(at(0, 0) && at(last, 0) && at(0, last), "the corners");
        assert!(!at(7, 7), "light around them");
        assert_eq!(Picture::of(&"x".repeat(5_000)), None);
    }
}
