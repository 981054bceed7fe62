using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Kinds;

/// <summary>A picture, or another file, uploaded before. What is stored of it says what the server found, not what the client says. Its target, if any, is the line it replies to.</summary>
public sealed class FileKind() : EventKind<FileContent>(10, KindNames.File, ProtocolJson.Wire.FileContent)
{
    public override bool MayReply => true;

    public override Guid? FileOf(RawJson content) => Read(content).File;

    public override RawJson WithFile(RawJson content, FileContent file) => Write(file with { Caption = Read(content).Caption });

    protected override Refusal? Check(FileContent content) =>
        content.Caption is null || VisibleText.IsText(content.Caption, FileContent.MaxCaptionChars) ? null : new(ErrorCodes.BadContent, $"A caption has 1 to {FileContent.MaxCaptionChars} characters.");

    public override string Preview(RawJson content) => Read(content) is var file && file.Caption is { } caption ? $"{file.Name}: {caption}" : file.Name ?? "…";

    public override RawJson Cut(RawJson content, int codePoints) => Read(content) is { Caption: { } caption } file ? Write(file with { Caption = TextKind.FirstCodePoints(caption, codePoints) }) : content;
}
