//! A picture of numbers against sizes, both on logarithmic axes.

use std::fmt::Write as _;

/// One kind of cost.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
/// Told apart by those who see no red from green as well.
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#777777"];

/// A picture that is read on a light and on a dark page.
pub(crate) fn svg(title: &str, across: &str, lines: &[Line]) -> String {
    let all = || lines.iter().flat_map(|line| &line.points);
    let decade = |value: f64| value.max(1e-3).log10();
    let (low_x, high_x) = bounds(all().map(|point| decade(point.0)));
    let (low_y, high_y) = bounds(all().map(|point| decade(point.1)));
    let x = |value: f64| LEFT + (decade(value) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - (decade(value) - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <style>text{{fill:#333}}.grid{{stroke:#ccc}}@media(prefers-color-scheme:dark){{text{{fill:#ddd}}.grid{{stroke:#555}}}}</style>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{title}</text>\n"
    );
    for power in whole(low_x, high_x) {
        let at = x(10_f64.powf(power));
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{:.1}\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 18.0,
            spelled(power)
        );
    }
    for power in whole(low_y, high_y) {
        let at = y(10_f64.powf(power));
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{:.1}\" y2=\"{at:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0,
            spelled(power)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{across}</text>",
        f64::midpoint(LEFT, WIDTH - RIGHT),
        HEIGHT - 10.0
    );
    // Names stand beside the ends of their lines, moved apart where they would cover each other.
    let mut ends: Vec<(usize, f64)> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| line.points.last().map(|point| (index, y(point.1))))
        .collect();
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut free = TOP;
    for (_, at) in &mut ends {
        *at = at.max(free);
        free = *at + 15.0;
    }
    for (index, line) in lines.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        let points: Vec<String> =
            line.points.iter().map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1))).collect();
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        for point in &points {
            let (at, up) = point.split_once(',').expect("two numbers");
            let _ = writeln!(out, "<circle cx=\"{at}\" cy=\"{up}\" r=\"3\" fill=\"{colour}\"/>");
        }
        if let Some((_, at)) = ends.iter().find(|(of, _)| *of == index) {
            let _ = writeln!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{at:.1}\" r=\"4\" fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                WIDTH - RIGHT + 14.0,
                WIDTH - RIGHT + 24.0,
                at + 4.0,
                line.name
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

/// From the whole number below to the one above.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    (low.floor(), high.ceil().max(low.floor() + 1.0))
}

fn whole(low: f64, high: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(low), move |power| (*power < high).then_some(power + 1.0))
}

fn spelled(power: f64) -> String {
    let value = 10_f64.powf(power);
    match power {
        power if power >= 6.0 => format!("{:.0} M", value / 1e6),
        power if power >= 3.0 => format!("{:.0} k", value / 1e3),
        power if power >= 0.0 => format!("{value:.0}"),
        _ => format!("{value}"),
    }
}
