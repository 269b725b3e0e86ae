//! Profile pictures: a gradient drawn from the subject and its version, without a file.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::fault::Endpoint;
use crate::mishap;
use crate::params::Params;
use crate::world::World;

const SIDE: u32 = 192;

pub(super) async fn avatar(
    State(world): State<World>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    mishap::around(&world, Endpoint::Picture, || {
        let sub = file.strip_suffix(".png").unwrap_or(&file);
        let present = world.state().account(sub).and_then(|account| account.picture);
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let version = params.get("v").and_then(|text| text.parse().ok()).or(present);
        match version.filter(|_| present.is_some()) {
            Some(version) => {
                let headers = [
                    (header::CONTENT_TYPE, "image/png"),
                    (header::CACHE_CONTROL, "public, max-age=86400"),
                ];
                (headers, draw(sub, version)).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        }
    })
    .await
}

/// A diagonal gradient with a soft light in one corner.
fn draw(sub: &str, version: u32) -> Vec<u8> {
    let seed = digest(&SHA256, format!("{sub}:{version}").as_bytes());
    let seed = seed.as_ref();
    let from = [seed[0] / 2 + 40, seed[1] / 2 + 60, seed[2] / 2 + 90];
    let to = [seed[3] / 3 + 150, seed[4] / 3 + 130, seed[5] / 3 + 120];
    let mut pixels = Vec::with_capacity((SIDE * SIDE * 3) as usize);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let along = (x + y) as f32 / (2 * SIDE) as f32;
            let (dx, dy) = (x as f32 - 58.0, y as f32 - 50.0);
            let light = (1.0 - (dx * dx + dy * dy).sqrt() / 110.0).max(0.0) * 46.0;
            for (low, high) in from.into_iter().zip(to) {
                let colour = f32::from(low) + (f32::from(high) - f32::from(low)) * along;
                pixels.push((colour + light).clamp(0.0, 255.0) as u8);
            }
        }
    }
    encode(&pixels).expect("a memory buffer takes a picture of the right size")
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIDE, SIDE);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
