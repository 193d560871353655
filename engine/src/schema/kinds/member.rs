//! A member: the person behind a device.
//!
//! Its record id *is* the device's id, which every change carries as its author. So history can say "Anna, on the
//! laptop" from nothing but the change, and a name that is corrected is right in all of history at once.

use crate::schema::{Access, Caption, Field, FieldType, Icon, Kind};

/// Somebody who takes part in the workspace, on one device.
pub static MEMBER: Kind = Kind {
    name: "member",
    caption: Caption::new("Medlem", "Member"),
    plural: Caption::new("Medlemmar", "Members"),
    new: Caption::new("Ny medlem", "New member"),
    icon: Icon::Person,
    title: &[&["name"], &["device"]],
    register: None,
    internal: true,
    access: Access::OF_DEVICE,
    fields: &[
        Field::new("name", "Namn", "Name", FieldType::Line).listed().searched().required(),
        Field::new("device", "Enhet", "Device", FieldType::Line).listed().help(
            "Vad enheten kallas, till exempel ”Bärbara datorn”.",
            "What the device is called, for example \"Laptop\".",
        ),
        Field::new("organisation", "Organisation", "Organisation", FieldType::Line).listed().searched(),
        Field::new("role", "Roll", "Role", FieldType::Line).listed(),
    ],
};
