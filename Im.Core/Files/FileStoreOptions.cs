using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Im.Core.Files;

/// <summary>How large files may be, and how long what nobody posted is kept; section <c>Files</c>, the same for web servers and nodes. How often one may upload is in <see cref="Limits.LimitOptions"/>.</summary>
public sealed class FileStoreOptions
{
    /// <summary>Bytes of one file, 1 KiB to 1 GiB; more is answered with 413 <c>too_large</c>.</summary>
    [Range(1024, 1L << 30)]
    public long MaxBytes { get; set; } = 25 * 1024 * 1024;

    /// <summary>Bytes of all files of one user, under way and unposted ones too, 1 KiB to 1 TiB; an upload that is more is answered with 409 <c>quota_full</c>.</summary>
    [Range(1024, 1L << 40)]
    public long UserBytes { get; set; } = 1L << 30;

    /// <summary>Bytes of all files of one conversation, 1 KiB to 1 TiB; a post that is more is refused with <c>quota_full</c>.</summary>
    [Range(1024, 1L << 40)]
    public long ConversationBytes { get; set; } = 10L << 30;

    /// <summary>Hours after which a file that was uploaded and not posted is deleted, 1 to 720. One that did not come whole goes after an hour.</summary>
    [Range(1, 720)]
    public int UnpostedHours { get; set; } = 24;
}

[OptionsValidator]
internal sealed partial class FileStoreOptionsValidator : IValidateOptions<FileStoreOptions>;
