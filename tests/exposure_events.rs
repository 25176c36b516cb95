//! Events with other people's verdicts, where they are present: every one that exposes something is found by what it is
//! about, none of the harmless ones is taken for it. `peer_cases` scores the cases about everything else.

use crate::harness::shared_data;
use crate::peer_cases::score;

#[test]
fn every_exposure_is_found_and_nothing_harmless_is() {
    let Some(data) = shared_data() else { return };
    let report = score(&data, &data.join("cloudtrail/cases/exposure_core.jsonl")).report;
    println!("{report}");
    assert!(report.contains("MISSED\n  0") && report.contains("VIOLATED\n  0"), "{report}");
}
