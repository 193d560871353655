//! Icons, painted as vectors: crisp at any scale, in the colour of the theme, and never a missing glyph.
//!
//! Each icon is drawn on a grid of 16 × 16 units by a few lines, circles and rectangles, with a stroke of 1.4 units and
//! no fills but dots, so that all look made by one hand. [`Icon::paint`] scales the grid into any square;
//! [`show`] takes up the room of an icon in a layout. An icon alone says nothing to a screen reader: buttons with only
//! an icon take a name, see [`super::button::icon_button`].

use eframe::egui::{Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

/// The side of an icon at its usual size, in points.
pub const SIZE: f32 = 16.0;

/// What can be shown as an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation; the gallery shows them")]
pub enum Icon {
    Sun,
    Calendar,
    Person,
    People,
    Building,
    Pin,
    Bars,
    Target,
    Review,
    Search,
    Plus,
    Undo,
    Redo,
    Settings,
    Cloud,
    CloudOff,
    Warning,
    Info,
    Check,
    Close,
    More,
    Drag,
    Up,
    Down,
    Left,
    Right,
    DoubleLeft,
    DoubleRight,
    SortUp,
    SortDown,
    Document,
    Link,
    Trash,
    Edit,
    History,
    Chart,
    Import,
    Export,
    Filter,
    Dash,
    Menu,
}

impl Icon {
    /// All icons, in the order of the gallery.
    pub const ALL: [Self; 41] = [
        Self::Sun,
        Self::Calendar,
        Self::Person,
        Self::People,
        Self::Building,
        Self::Pin,
        Self::Bars,
        Self::Target,
        Self::Review,
        Self::Search,
        Self::Plus,
        Self::Undo,
        Self::Redo,
        Self::Settings,
        Self::Cloud,
        Self::CloudOff,
        Self::Warning,
        Self::Info,
        Self::Check,
        Self::Close,
        Self::More,
        Self::Drag,
        Self::Up,
        Self::Down,
        Self::Left,
        Self::Right,
        Self::DoubleLeft,
        Self::DoubleRight,
        Self::SortUp,
        Self::SortDown,
        Self::Document,
        Self::Link,
        Self::Trash,
        Self::Edit,
        Self::History,
        Self::Chart,
        Self::Import,
        Self::Export,
        Self::Filter,
        Self::Dash,
        Self::Menu,
    ];

    /// Paints the icon into the largest square in the middle of `rect`.
    pub fn paint(self, painter: &Painter, rect: Rect, colour: Color32) {
        let side = rect.width().min(rect.height());
        let pen = Pen { painter, origin: rect.center() - Vec2::splat(side / 2.0), unit: side / 16.0, colour };
        self.draw(&pen);
    }

    fn draw(self, pen: &Pen<'_>) {
        match self {
            Self::Sun => sun(pen),
            Self::Calendar => calendar(pen),
            Self::Person => person(pen),
            Self::People => people(pen),
            Self::Building => building(pen),
            Self::Pin => pin(pen),
            Self::Bars => bars(pen),
            Self::Target => target(pen),
            Self::Review => review(pen),
            Self::Search => search(pen),
            Self::Plus => plus(pen),
            Self::Undo => turn_back(pen, false),
            Self::Redo => turn_back(pen, true),
            Self::Settings => settings(pen),
            Self::Cloud => cloud(pen),
            Self::CloudOff => cloud_off(pen),
            Self::Warning => warning(pen),
            Self::Info => info(pen),
            Self::Check => pen.line(&[(3.0, 8.4), (6.4, 11.8), (13.0, 4.6)]),
            Self::Close => close(pen),
            Self::More => [3.5, 8.0, 12.5].iter().for_each(|&x| pen.dot(x, 8.0, 1.1)),
            Self::Drag => drag(pen),
            Self::Up => pen.line(&[(4.0, 10.0), (8.0, 6.0), (12.0, 10.0)]),
            Self::Down => pen.line(&[(4.0, 6.0), (8.0, 10.0), (12.0, 6.0)]),
            Self::Left => pen.line(&[(10.0, 4.0), (6.0, 8.0), (10.0, 12.0)]),
            Self::Right => pen.line(&[(6.0, 4.0), (10.0, 8.0), (6.0, 12.0)]),
            Self::DoubleLeft => double_left(pen),
            Self::DoubleRight => double_right(pen),
            Self::SortUp => pen.solid(&[(8.0, 5.5), (11.5, 10.5), (4.5, 10.5)]),
            Self::SortDown => pen.solid(&[(4.5, 5.5), (11.5, 5.5), (8.0, 10.5)]),
            Self::Document => document(pen),
            Self::Link => link(pen),
            Self::Trash => trash(pen),
            Self::Edit => edit(pen),
            Self::History => history(pen),
            Self::Chart => chart(pen),
            Self::Import => tray(pen, [(4.8, 6.8), (8.0, 10.0), (11.2, 6.8)]),
            Self::Export => tray(pen, [(4.8, 5.4), (8.0, 2.2), (11.2, 5.4)]),
            Self::Filter => filter(pen),
            Self::Dash => pen.line(&[(4.0, 8.0), (12.0, 8.0)]),
            Self::Menu => menu(pen),
        }
    }
}

/// Shows an icon in the layout, taking up [`SIZE`] in both directions.
pub fn show(ui: &mut Ui, icon: Icon, colour: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SIZE), Sense::hover());
    icon.paint(ui.painter(), rect, colour);
    response
}

/// Draws on the grid of an icon.
struct Pen<'a> {
    painter: &'a Painter,
    origin: Pos2,
    unit: f32,
    colour: Color32,
}

type Point = (f32, f32);

impl Pen<'_> {
    fn at(&self, (x, y): Point) -> Pos2 {
        self.origin + vec2(x, y) * self.unit
    }

    fn stroke(&self) -> Stroke {
        Stroke::new(1.4 * self.unit, self.colour)
    }

    fn line(&self, points: &[Point]) {
        self.painter.line(points.iter().map(|&p| self.at(p)).collect(), self.stroke());
        // Strokes end flat: a dot at each end and corner makes them round.
        for &(x, y) in points {
            self.dot(x, y, 0.7);
        }
    }

    fn closed(&self, points: &[Point]) {
        let points = points.iter().map(|&p| self.at(p)).collect();
        self.painter.add(Shape::closed_line(points, self.stroke()));
    }

    fn solid(&self, points: &[Point]) {
        let points = points.iter().map(|&p| self.at(p)).collect();
        self.painter.add(Shape::convex_polygon(points, self.colour, Stroke::NONE));
    }

    fn circle(&self, x: f32, y: f32, r: f32) {
        self.painter.circle_stroke(self.at((x, y)), r * self.unit, self.stroke());
    }

    fn dot(&self, x: f32, y: f32, r: f32) {
        self.painter.circle_filled(self.at((x, y)), r * self.unit, self.colour);
    }

    /// An arc in degrees, clockwise from the right.
    fn arc(&self, (x, y): Point, r: f32, from: f32, to: f32) {
        let steps = 24;
        let points: Vec<Point> = (0..=steps)
            .map(|i| (from + (to - from) * i as f32 / steps as f32).to_radians())
            .map(|angle| (x + r * angle.cos(), y + r * angle.sin()))
            .collect();
        self.painter.line(points.into_iter().map(|p| self.at(p)).collect(), self.stroke());
    }
}

fn person(pen: &Pen<'_>) {
    pen.circle(8.0, 5.2, 2.7);
    pen.arc((8.0, 14.2), 5.2, 180.0, 360.0);
}

fn people(pen: &Pen<'_>) {
    pen.circle(6.0, 5.4, 2.4);
    pen.arc((6.0, 13.6), 4.6, 180.0, 360.0);
    pen.arc((10.6, 5.4), 2.4, -110.0, 110.0);
    pen.arc((10.0, 13.6), 4.6, -62.0, 0.0);
}

fn pin(pen: &Pen<'_>) {
    pen.arc((8.0, 6.6), 4.6, 150.0, 390.0);
    pen.line(&[(4.0, 8.9), (8.0, 14.4), (12.0, 8.9)]);
    pen.circle(8.0, 6.6, 1.5);
}

fn bars(pen: &Pen<'_>) {
    pen.line(&[(2.0, 4.0), (8.5, 4.0)]);
    pen.line(&[(5.0, 8.0), (12.0, 8.0)]);
    pen.line(&[(8.5, 12.0), (14.0, 12.0)]);
}

fn target(pen: &Pen<'_>) {
    pen.circle(8.0, 8.0, 6.0);
    pen.circle(8.0, 8.0, 2.8);
    pen.dot(8.0, 8.0, 0.9);
}

fn review(pen: &Pen<'_>) {
    pen.closed(&[(2.5, 2.5), (13.5, 2.5), (13.5, 13.5), (2.5, 13.5)]);
    pen.line(&[(5.0, 8.2), (7.2, 10.4), (11.2, 5.8)]);
}

fn search(pen: &Pen<'_>) {
    pen.circle(7.0, 7.0, 4.4);
    pen.line(&[(10.3, 10.3), (14.0, 14.0)]);
}

fn plus(pen: &Pen<'_>) {
    pen.line(&[(8.0, 3.0), (8.0, 13.0)]);
    pen.line(&[(3.0, 8.0), (13.0, 8.0)]);
}

fn cloud_off(pen: &Pen<'_>) {
    cloud(pen);
    pen.line(&[(2.5, 2.5), (13.5, 13.8)]);
}

fn warning(pen: &Pen<'_>) {
    pen.closed(&[(8.0, 2.2), (14.2, 13.4), (1.8, 13.4)]);
    pen.line(&[(8.0, 6.4), (8.0, 9.6)]);
    pen.dot(8.0, 11.5, 0.8);
}

fn info(pen: &Pen<'_>) {
    pen.circle(8.0, 8.0, 6.0);
    pen.line(&[(8.0, 7.4), (8.0, 11.2)]);
    pen.dot(8.0, 5.1, 0.8);
}

fn close(pen: &Pen<'_>) {
    pen.line(&[(4.0, 4.0), (12.0, 12.0)]);
    pen.line(&[(12.0, 4.0), (4.0, 12.0)]);
}

fn drag(pen: &Pen<'_>) {
    for y in [4.0, 8.0, 12.0] {
        pen.dot(6.0, y, 1.0);
        pen.dot(10.0, y, 1.0);
    }
}

fn double_left(pen: &Pen<'_>) {
    pen.line(&[(8.0, 4.0), (4.0, 8.0), (8.0, 12.0)]);
    pen.line(&[(12.5, 4.0), (8.5, 8.0), (12.5, 12.0)]);
}

fn double_right(pen: &Pen<'_>) {
    pen.line(&[(3.5, 4.0), (7.5, 8.0), (3.5, 12.0)]);
    pen.line(&[(8.0, 4.0), (12.0, 8.0), (8.0, 12.0)]);
}

fn document(pen: &Pen<'_>) {
    pen.closed(&[(3.5, 1.8), (9.5, 1.8), (12.5, 4.8), (12.5, 14.2), (3.5, 14.2)]);
    pen.line(&[(5.8, 7.8), (10.2, 7.8)]);
    pen.line(&[(5.8, 10.8), (10.2, 10.8)]);
}

fn link(pen: &Pen<'_>) {
    pen.line(&[(6.5, 3.5), (3.0, 3.5), (3.0, 13.0), (12.5, 13.0), (12.5, 9.5)]);
    pen.line(&[(7.5, 8.5), (13.5, 2.5)]);
    pen.line(&[(9.5, 2.5), (13.5, 2.5), (13.5, 6.5)]);
}

fn edit(pen: &Pen<'_>) {
    pen.closed(&[(10.6, 2.6), (13.4, 5.4), (5.4, 13.4), (2.4, 13.6), (2.6, 10.6)]);
    pen.line(&[(8.6, 4.6), (11.4, 7.4)]);
}

fn history(pen: &Pen<'_>) {
    pen.arc((8.0, 8.0), 5.6, -150.0, 150.0);
    pen.line(&[(2.2, 2.6), (3.1, 5.2), (5.8, 4.6)]);
    pen.line(&[(8.0, 4.8), (8.0, 8.2), (10.4, 9.6)]);
}

fn chart(pen: &Pen<'_>) {
    pen.line(&[(2.5, 2.5), (2.5, 13.5), (13.8, 13.5)]);
    pen.line(&[(5.5, 11.0), (5.5, 8.5)]);
    pen.line(&[(8.8, 11.0), (8.8, 4.5)]);
    pen.line(&[(12.0, 11.0), (12.0, 6.5)]);
}

fn filter(pen: &Pen<'_>) {
    pen.closed(&[(2.2, 3.0), (13.8, 3.0), (9.6, 8.2), (9.6, 13.4), (6.4, 11.6), (6.4, 8.2)])
}

fn menu(pen: &Pen<'_>) {
    for y in [4.0, 8.0, 12.0] {
        pen.line(&[(3.0, y), (13.0, y)]);
    }
}

fn sun(pen: &Pen<'_>) {
    pen.circle(8.0, 8.0, 3.0);
    for i in 0..8 {
        let angle = std::f32::consts::TAU * i as f32 / 8.0;
        let ray = |r: f32| (8.0 + r * angle.cos(), 8.0 + r * angle.sin());
        pen.line(&[ray(5.2), ray(6.5)]);
    }
}

fn calendar(pen: &Pen<'_>) {
    pen.closed(&[(2.2, 3.4), (13.8, 3.4), (13.8, 13.8), (2.2, 13.8)]);
    pen.line(&[(2.2, 6.8), (13.8, 6.8)]);
    pen.line(&[(5.2, 1.8), (5.2, 4.4)]);
    pen.line(&[(10.8, 1.8), (10.8, 4.4)]);
}

fn building(pen: &Pen<'_>) {
    pen.closed(&[(3.0, 2.0), (9.6, 2.0), (9.6, 14.0), (3.0, 14.0)]);
    pen.line(&[(9.6, 6.4), (13.2, 6.4), (13.2, 14.0), (9.6, 14.0)]);
    for y in [5.0, 8.0, 11.0] {
        pen.dot(5.3, y, 0.8);
        pen.dot(7.5, y, 0.8);
    }
}

fn settings(pen: &Pen<'_>) {
    for (y, x) in [(5.0, 10.2), (11.0, 5.8)] {
        pen.line(&[(2.0, y), (x - 2.2, y)]);
        pen.line(&[(x + 2.2, y), (14.0, y)]);
        pen.circle(x, y, 2.0);
    }
}

fn cloud(pen: &Pen<'_>) {
    pen.arc((4.8, 9.6), 2.8, 90.0, 250.0);
    pen.arc((8.0, 7.2), 3.6, 188.0, 335.0);
    pen.arc((11.5, 9.3), 3.1, -75.0, 90.0);
    pen.line(&[(4.8, 12.4), (11.5, 12.4)]);
}

fn turn_back(pen: &Pen<'_>, mirrored: bool) {
    let x = |x: f32| if mirrored { 16.0 - x } else { x };
    pen.line(&[(x(5.8), 2.8), (x(2.8), 5.8), (x(5.8), 8.8)]);
    pen.line(&[(x(2.8), 5.8), (x(9.6), 5.8)]);
    if mirrored {
        pen.arc((6.4, 9.6), 3.8, 90.0, 270.0);
    } else {
        pen.arc((9.6, 9.6), 3.8, -90.0, 90.0);
    }
    pen.line(&[(x(9.6), 13.4), (x(6.0), 13.4)]);
}

fn trash(pen: &Pen<'_>) {
    pen.line(&[(2.5, 4.2), (13.5, 4.2)]);
    pen.line(&[(6.0, 4.0), (6.0, 2.2), (10.0, 2.2), (10.0, 4.0)]);
    pen.line(&[(3.8, 4.4), (4.6, 13.8), (11.4, 13.8), (12.2, 4.4)]);
    pen.line(&[(6.7, 7.0), (6.7, 11.2)]);
    pen.line(&[(9.3, 7.0), (9.3, 11.2)]);
}

fn tray(pen: &Pen<'_>, head: [Point; 3]) {
    pen.line(&[(2.4, 10.4), (2.4, 13.6), (13.6, 13.6), (13.6, 10.4)]);
    pen.line(&[(8.0, 2.4), (8.0, 10.0)]);
    pen.line(&head);
}

/// A small square for an icon in `rect`, at its left edge and vertically centred.
#[must_use]
pub fn leading(rect: Rect) -> Rect {
    Rect::from_center_size(pos2(rect.left() + SIZE / 2.0, rect.center().y), Vec2::splat(SIZE))
}
