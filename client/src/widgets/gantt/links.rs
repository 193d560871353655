//! Dependencies: an arrow from the end of what comes first to the start of what waits for it.

use eframe::egui::{Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use crate::widgets::tokens::Tokens;

/// Paints an arrow between two bars; in warning colour when the second begins before the first has ended.
pub(super) fn paint(painter: &Painter, t: &Tokens, from: Rect, to: Rect) {
    let late = to.left() < from.right() - 1.0;
    let colour = if late { t.warning } else { t.border_strong };
    let stroke = Stroke::new(1.25, colour);
    let (start, end) = (from.right_center(), to.left_center());
    let points = route(start, end, from.height());
    painter.line(points, stroke);
    let head = [end, end + vec2(-6.0, -3.5), end + vec2(-6.0, 3.5)];
    painter.add(Shape::convex_polygon(head.to_vec(), colour, Stroke::NONE));
}

/// Right angles only: out of the bar, down between the rows, into the other.
fn route(start: Pos2, end: Pos2, bar: f32) -> Vec<Pos2> {
    const OUT: f32 = 7.0;
    let stop = pos2(end.x - 5.0, end.y);
    if end.x - start.x >= 2.0 * OUT {
        let x = start.x + OUT;
        return vec![start, pos2(x, start.y), pos2(x, end.y), stop];
    }
    // The other begins too early for a straight way: around, between the rows.
    let down = if end.y >= start.y { 1.0 } else { -1.0 };
    let between = start.y + down * (bar / 2.0 + 6.0);
    let (out, back) = (start.x + OUT, end.x - 2.0 * OUT);
    vec![start, pos2(out, start.y), pos2(out, between), pos2(back, between), pos2(back, end.y), stop]
}
