using System.Net;
using System.Net.Sockets;
using System.Text;
using Im.Client;
using Im.Core.Files;
using Im.Protocol;
using Im.Protocol.Kinds;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkiaSharp;

namespace Im.Tests.Attack;

/// <summary>Eve wants files that are not hers to see, and files of hers to do more than lie there. Jenny owns rooms, Tom is a member. A user has room for 3 MB, a conversation for 2.</summary>
[Trait("Category", "Attack")]
public sealed class FileAttacks(FileAttacks.Small chat) : AttackSuite(chat), IClassFixture<FileAttacks.Small>
{
    private const string NotFound = "not_found";
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task A_link_alone_opens_nothing_and_who_may_read_the_line_reads_the_file()
    {
        var (room, png) = (await MakeAsync(), Pictures.Encode(SKEncodedImageFormat.Png));
        var file = await UploadAsync(Jenny, png, "tea.png");
        Assert.Equal((64, 32, "image/png"), (file.Width, file.Height, file.Type));
        await IsHiddenAsync(file.File, Tom, Eve, null); // not posted: hers alone
        await ShowsAsync(Jenny, file.File, png);
        await PostAsync(Jenny, room, file.File);
        await ShowsAsync(Tom, file.File, png);
        await IsHiddenAsync(file.File, Eve, null);
        Assert.True((await ReadAsync(Tom, $"{file.File}/thumbnail")).Body.AsSpan().StartsWith("RIFF"u8));

        // After a removal Tom keeps what was said while he was there, and learns nothing more.
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/members/{Tom.Id}")).ShouldBeOk();
        var later = await UploadAsync(Jenny, png, "later.png");
        await PostAsync(Jenny, room, later.File);
        await ShowsAsync(Tom, file.File, png);
        await IsHiddenAsync(later.File, Tom, Eve, null);

        // What is in the lobby everybody reads, and nobody any more after a recall, nor is a byte of it left.
        var open = await UploadAsync(Tom, png, "open.png");
        var line = await PostAsync(Tom, ConversationId.Lobby, open.File);
        await ShowsAsync(null, open.File, png);
        await SayAsync(Tom, ConversationId.Lobby, KindNames.Recall, "{}", line);
        await IsHiddenAsync(open.File, Tom, Jenny, null);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM file_chunks WHERE file_id = $1", open.File));
        Assert.Equal(0, await UsedAsync(Tom));
    }

    [Fact]
    public async Task A_picture_of_somebody_is_cut_anew_for_who_is_logged_in_and_that_of_a_private_room_for_its_members()
    {
        // Of what was uploaded nothing is left but the middle of what it showed.
        var told = await UploadAsync(Jenny, Pictures.TellingJpeg(), "me.jpg");
        (await Eve.Browser.PutAsync("/api/me/picture", new { file = told.File })).ShouldBe(404, NotFound);
        var version = (await Jenny.Browser.PutAsync("/api/me/picture", new { file = told.File })).ShouldBeOk().Json.GetProperty("picture").GetString()!;
        Assert.Equal((16, 0L), (version.Length, await UsedAsync(Jenny)));
        await IsHiddenAsync(told.File, Jenny);
        foreach (var size in new[] { 96, 256 })
        {
            var (answer, body) = await ReadAsync(Eve, $"../users/{Jenny.Id}/pictures/{version}/{size}");
            Assert.Equal(("image/webp", "private, max-age=31536000, immutable", "nosniff"), ($"{answer.Content.Headers.ContentType}", $"{answer.Headers.CacheControl}".Replace("max-age=31536000, private, immutable", "private, max-age=31536000, immutable", StringComparison.Ordinal), answer.Headers.GetValues("X-Content-Type-Options").Single()));
            using var picture = SKBitmap.Decode(body);
            Assert.Equal((size, size), (picture.Width, picture.Height));
            Assert.DoesNotContain(Pictures.Secret, Encoding.Latin1.GetString(body), StringComparison.Ordinal);
        }
        var room = await MakeAsync();
        var tall = await UploadAsync(Jenny, Pictures.Encode(SKEncodedImageFormat.Png, 20, 300), "room.png");
        (await Tom.Browser.PutAsync($"/api/rooms/{room}/picture", new { file = (await UploadAsync(Tom, Pictures.TellingPng(), "t.png")).File })).ShouldBe(403, "forbidden");
        (await Eve.Browser.PutAsync($"/api/rooms/{room}/picture", new { file = (await UploadAsync(Eve, Pictures.TellingPng(), "t.png")).File })).ShouldBe(404, NotFound);
        var shown = (await Jenny.Browser.PutAsync($"/api/rooms/{room}/picture", new { file = tall.File })).ShouldBeOk().Json.GetProperty("room").GetProperty("picture").GetString()!;
        Assert.Contains(shown, Encoding.UTF8.GetString((await NewestAsync(Tom, room)).Content!.Value.Utf8.Span), StringComparison.Ordinal);
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Eve.Nickname })).ShouldBeOk();
        Assert.False((await Eve.Browser.GetAsync("/api/rooms/invitations")).ShouldBeOk().Json[0].GetProperty("room").TryGetProperty("picture", out _));

        // Each as if there were none: guests, strangers, other versions, other sizes, and what is no id.
        Assert.Equal(HttpStatusCode.OK, (await ReadAsync(Tom, $"../rooms/{room}/pictures/{shown}/96")).Answer.StatusCode);
        foreach (var (who, path) in new (Person?, string)[] { (Eve, $"rooms/{room}/pictures/{shown}/96"), (Tom, $"rooms/{room}/pictures/{version}/96"), (Tom, $"rooms/lobby/pictures/{shown}/96"), (Tom, $"users/{room}/pictures/{shown}/96"), (Tom, $"users/{Jenny.Id}/pictures/{version}/512"), (Tom, $"users/{Jenny.Id}/pictures/{version[..15]}%20/96") })
            Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(who, $"../{path}")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ReadAsync(null, $"../users/{Jenny.Id}/pictures/{version}/96")).Answer.StatusCode);
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/members/{Tom.Id}")).ShouldBeOk();
        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(Tom, $"../rooms/{room}/pictures/{shown}/96")).Answer.StatusCode);

        // What is no picture, what is posted, and what is gone makes none; and an account's goes with it.
        var text = await UploadAsync(Jenny, [.. "<svg onload='alert(1)'/>"u8], "me.svg");
        (await Jenny.Browser.PutAsync("/api/me/picture", new { file = text.File })).ShouldBe(400, "bad_request");
        var posted = await UploadAsync(Jenny, Pictures.TellingPng(), "p.png");
        await PostAsync(Jenny, ConversationId.Lobby, posted.File);
        (await Jenny.Browser.PutAsync("/api/me/picture", new { file = posted.File })).ShouldBe(404, NotFound);
        Assert.Contains($"/api/users/{Jenny.Id}/pictures/{version}/256", (await Jenny.Browser.GetAsync("/api/me/export")).ShouldBeOk().Json.GetProperty("picture").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM pictures WHERE holder = ANY ($1)", new[] { Jenny.Id, room.Value }));
        Assert.False((await Jenny.Browser.DeleteAsync("/api/me/picture")).ShouldBeOk().Json.TryGetProperty("picture", out _));
        (await Jenny.Browser.DeleteAsync($"/api/rooms/{room}/picture")).ShouldBeOk();
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM pictures WHERE holder = ANY ($1)", new[] { Jenny.Id, room.Value }));
    }

    [Fact]
    public async Task The_browsers_copy_is_shown_after_it_has_asked_and_a_part_is_a_part()
    {
        var bytes = RandomBytes(700_000); // over several chunks
        var file = await UploadAsync(Jenny, bytes, "bytes");
        var line = await PostAsync(Jenny, ConversationId.Lobby, file.File);
        var (whole, body) = await ReadAsync(Eve, $"{file.File}");
        Assert.Equal(bytes, body);
        Assert.Equal((true, true, $"\"{file.File:N}\"", "nosniff"), (whole.Headers.CacheControl!.Private, whole.Headers.CacheControl.NoCache, whole.Headers.ETag!.Tag, whole.Headers.GetValues("X-Content-Type-Options").Single()));
        foreach (var (from, to) in new (long?, long?)[] { (0, 0), (262_143, 262_145), (699_999, 5_000_000), (null, 10) })
        {
            var (part, bit) = await ReadAsync(Eve, $"{file.File}", request => request.Headers.Range = new(from, to));
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(from is null ? bytes[^10..] : bytes[(int)from..(int)Math.Min(to!.Value + 1, bytes.Length)], bit);
        }
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await ReadAsync(Eve, $"{file.File}", request => request.Headers.Range = new(700_000, null))).Answer.StatusCode);
        // Hundreds of parts in one request are one answer, of the whole at most.
        var many = await ReadAsync(Eve, $"{file.File}", request => request.Headers.TryAddWithoutValidation("Range", $"bytes={string.Join(',', Enumerable.Repeat("0-", 500))}"));
        Assert.True(many.Body.Length <= bytes.Length);
        Assert.Equal(HttpStatusCode.NotModified, (await ReadAsync(Eve, $"{file.File}", request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag))).Answer.StatusCode);
        await SayAsync(Jenny, ConversationId.Lobby, KindNames.Recall, "{}", line);
        Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(Eve, $"{file.File}", request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag))).Answer.StatusCode);
    }

    [Theory, InlineData("svg"), InlineData("html"), InlineData("jpegThatIsHtml"), InlineData("pngThatEndsInHtml"), InlineData("gifJs"), InlineData("truncated")]
    public async Task What_is_no_whole_picture_is_an_attachment_whatever_it_is_called(string what)
    {
        byte[] html = [.. "<!doctype html><script>alert(1)</script>"u8];
        var (name, bytes) = what switch
        {
            "svg" => ("a.svg", [.. "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"u8]),
            "html" => ("a.png", html),
            "jpegThatIsHtml" => ("a.jpg", (byte[])[0xFF, 0xD8, 0xFF, 0xE0, .. html]),
            "pngThatEndsInHtml" => ("a.png", [.. Pictures.Encode(SKEncodedImageFormat.Png)[..60], .. html]),
            "gifJs" => ("a.gif", [.. "GIF89a/*"u8, .. html, .. "*/=1;"u8]),
            _ => ("a.jpg", Pictures.Encode(SKEncodedImageFormat.Jpeg)[..^40]),
        };
        var file = await UploadAsync(Eve, bytes, name);
        Assert.Equal(("application/octet-stream", null), (file.Type, file.Width));
        await PostAsync(Eve, ConversationId.Lobby, file.File);
        var (answer, _) = await ReadAsync(Jenny, $"{file.File}");
        Assert.Equal(("application/octet-stream", "attachment"), (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.DispositionType));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single());
        (await Jenny.Browser.GetAsync($"/api/files/{file.File}/thumbnail")).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task A_picture_tells_neither_place_nor_time_and_stays_upright()
    {
        foreach (var (bytes, type, width) in new[] { (Pictures.TellingJpeg(), "image/jpeg", 32), (Pictures.TellingJpeg(1), "image/jpeg", 64), (Pictures.TellingPng(), "image/png", 64), (Pictures.TellingWebp(), "image/webp", 64) })
        {
            Assert.Contains(Pictures.Secret, Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
            var file = await UploadAsync(Jenny, bytes, "photo");
            Assert.Equal((type, width, bytes.Length), (file.Type, file.Width, file.Size));
            var body = (await ReadAsync(Jenny, $"{file.File}")).Body;
            Assert.Equal(bytes.Length, body.Length);
            Assert.DoesNotContain(Pictures.Secret, Encoding.Latin1.GetString(body), StringComparison.Ordinal);
            using var codec = SKCodec.Create(new MemoryStream(body));
            Assert.Equal((width == 32 ? SKEncodedOrigin.RightTop : SKEncodedOrigin.TopLeft, new SKSizeI(64, 32)), (codec.EncodedOrigin, codec.Info.Size));
            using var thumbnail = SKBitmap.Decode((await ReadAsync(Jenny, $"{file.File}/thumbnail")).Body);
            Assert.Equal(width, thumbnail.Width);
            Assert.InRange(thumbnail.GetPixel(5, 5).Red, 190, 210);
        }
    }

    [Theory, InlineData(30_000, 30_000), InlineData(2_000_000_000, 2_000_000_000), InlineData(16_001, 1_000), InlineData(0, 10)]
    public async Task A_few_kilobytes_that_declare_very_many_pixels_are_never_decoded(int width, int height)
    {
        var file = await UploadAsync(Eve, Pictures.HugePng(width, height), "bomb.png");
        Assert.Equal(("application/octet-stream", null), (file.Type, file.Width));
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd"), InlineData("C:\\Windows\\system32\\cmd.exe", "cmd.exe"), InlineData("a\r\nSet-Cookie: x=1.png", "aSet-Cookie_ x=1.png"), InlineData("x\"; filename=\"evil.exe", "x_; filename=_evil.exe")]
    [InlineData("photo\u202Egpj.exe", "photogpj.exe"), InlineData("..", "file"), InlineData("", "file"), InlineData("\u200b\0", "file"), InlineData("普洱.png", "普洱.png"), InlineData("<img onerror=1>.png", "_img onerror=1_.png")]
    public async Task A_name_is_a_name_and_nothing_else(string name, string kept)
    {
        var file = await UploadAsync(Eve, RandomBytes(10), name);
        Assert.Equal(kept, file.Name);
        var (answer, _) = await ReadAsync(Eve, $"{file.File}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(kept, answer.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(FileLimits.MaxNameChars, (await UploadAsync(Eve, RandomBytes(1), $"{new string('x', 300)}.png")).Name!.Length);
    }

    [Fact]
    public async Task Nobody_posts_a_file_of_somebody_else_or_one_twice_or_says_what_is_in_it()
    {
        var (room, tom) = (await MakeAsync(), await OpenTwoAsync(Tom));
        var (mine, theirs) = (await UploadAsync(Tom, Pictures.Encode(SKEncodedImageFormat.Jpeg), "me.jpg"), await UploadAsync(Jenny, RandomBytes(5), "hers"));
        foreach (var file in new[] { theirs.File, Guid.NewGuid() })
            Assert.Equal(ErrorCodes.NotFound, (await RefusedAsync(tom, room, file)).Code);
        var id = $"{Guid.NewGuid()}";
        await tom.SendTextAsync($$$"""{"type":"post","id":"{{{id}}}","conversation":"{{{room}}}","kind":"file","content":{"file":"{{{mine.File}}}","name":"<b>","type":"text/html","size":1,"width":99999,"color":"url(x)","caption":"look"}}""");
        var ack = await NextAsync<AckFrame>(tom, frame => frame.Id == id);
        var told = (await NewestAsync(Jenny, room)).ContentAs(ProtocolJson.Wire.FileContent)!;
        Assert.Equal(mine with { Caption = "look" }, told);
        Assert.Equal(ErrorCodes.NotFound, (await RefusedAsync(tom, ConversationId.Lobby, mine.File)).Code);
        Assert.Equal(ErrorCodes.BadContent, (await RefusedAsync(tom, room, mine.File, $",\"caption\":\"{new string('x', FileContent.MaxCaptionChars + 1)}\"")).Code);
        // Sent again, as after a broken connection, it is the same line.
        await tom.SendTextAsync($$$"""{"type":"post","id":"{{{id}}}","conversation":"{{{room}}}","kind":"file","content":{"file":"{{{mine.File}}}"}}""");
        var again = await NextAsync<AckFrame>(tom, frame => frame.Id == id);
        Assert.Equal((ack.Seq, true), (again.Seq, again.Duplicate));
        // A posted one is deleted by its recall alone.
        (await Tom.Browser.DeleteAsync($"/api/files/{mine.File}")).ShouldBe(404, NotFound);
        (await Tom.Browser.DeleteAsync($"/api/files/{theirs.File}")).ShouldBe(404, NotFound);
        (await Jenny.Browser.DeleteAsync($"/api/files/{theirs.File}")).ShouldBeOk(204);

        // Twenty posts of one file at once are one line.
        var once = await UploadAsync(Tom, RandomBytes(5), "once");
        for (var i = 0; i < 20; i++)
            await tom.SendTextAsync($$$"""{"type":"post","id":"r{{{i}}} {{{once.File}}}","conversation":"{{{room}}}","kind":"file","content":{"file":"{{{once.File}}}"}}""");
        var acks = 0;
        for (var i = 0; i < 20; i++)
            if (await NextAsync<ServerFrame>(tom, frame => frame is AckFrame { Id: ['r', ..] } or ErrorFrame { Id: ['r', ..] }) is AckFrame)
                acks++;
        Assert.Equal(1, acks);
    }

    [Fact]
    public async Task Quotas_hold_for_many_at_once()
    {
        // Of a user: 3 of 1 MB.
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(Eve, RandomBytes(Megabyte), "x")));
        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.ShouldBe(409, "quota_full"));
        Assert.Equal(3 * Megabyte, await UsedAsync(Eve));
        // Of a conversation: 2 of 1 MB, posted on both nodes at once.
        var room = await MakeAsync();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Eve.Nickname })).ShouldBeOk();
        (await Eve.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBeOk();
        RawConnection[] both = [await OpenTwoAsync(Eve, "node-1"), await OpenTwoAsync(Eve, "node-2")];
        var results = await Task.WhenAll(answers.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Json.GetProperty("file").GetGuid()).Select(async (file, index) =>
        {
            var connection = index < 2 ? both[index] : await OpenTwoAsync(Eve);
            await connection.SendTextAsync($$$"""{"type":"post","id":"{{{file}}}","conversation":"{{{room}}}","kind":"file","content":{"file":"{{{file}}}"}}""");
            return await NextAsync<ServerFrame>(connection, frame => frame is AckFrame ack && ack.Id == $"{file}" || frame is ErrorFrame error && error.Id == $"{file}");
        }));
        Assert.Equal(2, results.OfType<AckFrame>().Count());
        Assert.Equal(2 * Megabyte, await CountAsync("SELECT bytes FROM file_usage WHERE holder = $1", room.Value));
        var left = Assert.Single((await Eve.Browser.GetAsync("/api/me/export")).Json.GetProperty("files").EnumerateArray(), file => !file.TryGetProperty("conversation", out _)).GetProperty("file").GetGuid();
        Assert.Equal(ErrorCodes.QuotaFull, (await RefusedAsync(both[0], room, left)).Code);
        // What was refused counts nowhere; what is deleted gives its room back.
        (await Eve.Browser.DeleteAsync($"/api/files/{left}")).ShouldBeOk(204);
        (await SendAsync(Eve, RandomBytes(Megabyte), "again")).ShouldBeOk();
    }

    [Fact]
    public async Task What_is_too_large_has_no_length_or_does_not_come_whole_leaves_nothing()
    {
        using var none = new HttpRequestMessage(HttpMethod.Post, "/api/files") { Headers = { { "X-Im", "1" } }, Content = new ByteArrayContent([]) };
        (await Eve.Browser.SendAsync(none)).ShouldBe(400, "bad_request");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/files") { Headers = { { "X-Im", "1" }, { "Transfer-Encoding", "chunked" } }, Content = new ByteArrayContent([1, 2, 3]) };
        (await Eve.Browser.SendAsync(chunked)).ShouldBe(400, "bad_request");
        var large = await RawAsync(26 * Megabyte, "");
        Assert.StartsWith("HTTP/1.1 413", large, StringComparison.Ordinal);
        Assert.Contains("too_large", large, StringComparison.Ordinal);
        // It says ten bytes, sends five and goes.
        await RawAsync(10, "12345", waits: false);
        await Eventually.TrueAsync(async () => await UsedAsync(Eve) == 0 && await CountAsync("SELECT count(*) FROM files WHERE owner_id = $1", Eve.Id) == 0, seconds: 20);
        // What comes after the ten is no part of the file.
        Assert.StartsWith("HTTP/1.1 200", await RawAsync(10, "1234567890ABCDEF"), StringComparison.Ordinal);
        Assert.Equal(10, await UsedAsync(Eve));
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/files") { Content = new ByteArrayContent([1]) };
        (await Eve.Browser.SendAsync(foreign)).ShouldBe(403, "cross_site");
        using var guest = Chat.NewBrowser();
        using var stranger = new HttpRequestMessage(HttpMethod.Post, "/api/files") { Headers = { { "X-Im", "1" } }, Content = new ByteArrayContent([1]) };
        (await guest.SendAsync(stranger)).ShouldBe(401, "not_logged_in");
    }

    [Fact]
    public async Task What_was_never_posted_goes_after_a_day_and_an_account_takes_its_files_with_it()
    {
        var (old, fresh, posted) = (await UploadAsync(Tom, RandomBytes(50), "old"), await UploadAsync(Tom, RandomBytes(50), "fresh"), await UploadAsync(Tom, RandomBytes(50), "posted"));
        await PostAsync(Tom, ConversationId.Lobby, posted.File);
        await CountAsync("WITH aged AS (UPDATE files SET created_at = now() - interval '25 hours' WHERE id = ANY ($1) RETURNING 1) SELECT count(*) FROM aged", new[] { old.File, posted.File });
        await Chat.Services.GetRequiredService<IFileRecords>().DeleteStaleAsync();
        await IsHiddenAsync(old.File, Tom);
        Assert.Equal(100, await UsedAsync(Tom));
        (await Tom.Browser.DeleteAsync("/api/me", new { password = "correct horse", removeMessages = true })).ShouldBeOk();
        await IsHiddenAsync(posted.File, Jenny, null);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM files WHERE owner_id = $1", Tom.Id));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM file_chunks WHERE file_id = ANY ($1)", new[] { old.File, fresh.File, posted.File }));
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private static async Task<FileContent> UploadAsync(Person person, byte[] bytes, string name) =>
        System.Text.Json.JsonSerializer.Deserialize((await SendAsync(person, bytes, name)).ShouldBeOk().Text, ProtocolJson.Wire.FileContent)!;

    private static async Task<Answer> SendAsync(Person person, byte[] bytes, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/files?name={Uri.EscapeDataString(name)}")
        {
            Headers = { { "X-Im", "1" } },
            Content = new ByteArrayContent(bytes) { Headers = { ContentType = new("text/html") } }, // it is not what the request says
        };
        return await person.Browser.SendAsync(request);
    }

    private async Task<(HttpResponseMessage Answer, byte[] Body)> ReadAsync(Person? person, string path, Action<HttpRequestMessage>? change = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Chat.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/files/{path}");
        if (person is not null)
            request.Headers.Add("Cookie", $"im_session={person.Token}");
        change?.Invoke(request);
        var answer = await http.SendAsync(request);
        return (answer, await answer.Content.ReadAsByteArrayAsync());
    }

    private async Task ShowsAsync(Person? person, Guid file, byte[] bytes) => Assert.Equal(bytes, (await ReadAsync(person, $"{file}")).Body);

    private async Task IsHiddenAsync(Guid file, params Person?[] people)
    {
        foreach (var person in people)
            foreach (var path in new[] { "", "/thumbnail" })
                Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(person, $"{file}{path}")).Answer.StatusCode);
    }

    private async Task<long> PostAsync(Person person, ConversationId to, Guid file) => await SayAsync(person, to, KindNames.File, $$"""{"file":"{{file}}"}""");

    private async Task<long> SayAsync(Person person, ConversationId to, string kind, string content, long? target = null)
    {
        var (connection, id) = (await OpenTwoAsync(person), $"{Guid.NewGuid()}");
        await connection.SendTextAsync($$"""{"type":"post","id":"{{id}}","conversation":"{{to}}","kind":"{{kind}}","content":{{content}}{{(target is null ? "" : $",\"target\":{target}")}}}""");
        return (await NextAsync<ServerFrame>(connection, frame => frame is AckFrame ack && ack.Id == id || frame is ErrorFrame)) is AckFrame { } done ? done.Line ?? 0 : throw new Xunit.Sdk.XunitException("Refused.");
    }

    private static async Task<ErrorFrame> RefusedAsync(RawConnection connection, ConversationId to, Guid file, string more = "")
    {
        var id = $"{Guid.NewGuid()}";
        await connection.SendTextAsync($$$"""{"type":"post","id":"{{{id}}}","conversation":"{{{to}}}","kind":"file","content":{"file":"{{{file}}}"{{{more}}}}}""");
        return await NextAsync<ErrorFrame>(connection, error => error.Id == id);
    }

    private async Task<EventFrame> NewestAsync(Person person, ConversationId room)
    {
        var connection = await OpenTwoAsync(person);
        await connection.SendTextAsync($$"""{"type":"lines","id":"l","conversation":"{{room}}","limit":1}""");
        return (await NextAsync<LinesFrame>(connection)).Lines[^1];
    }

    private async Task<RawConnection> OpenTwoAsync(Person person, string? node = null)
    {
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(Chat.Address, node), $"im_session={person.Token}");
        Keep(connection);
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    private async Task<ConversationId> MakeAsync()
    {
        var room = (await Jenny.Browser.PostAsync("/api/rooms", new { title = "Tea", @public = false })).ShouldBeOk().Json.GetProperty("room").GetProperty("conversation").GetString();
        (await Jenny.Browser.PostAsync($"/api/rooms/{room}/invitations", new { nickname = Tom.Nickname })).ShouldBeOk();
        (await Tom.Browser.PostAsync($"/api/rooms/{room}/join")).ShouldBeOk();
        return ConversationId.TryParse(room, out var id) ? id : throw new InvalidOperationException(room);
    }

    private async Task<long> CountAsync(string sql, object parameter)
    {
        await using var source = NpgsqlDataSource.Create(Chat.Database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteScalarAsync() as long? ?? 0;
    }

    private static async Task<long> UsedAsync(Person person) => (await person.Browser.GetAsync("/api/files")).ShouldBeOk().Json.GetProperty("usedBytes").GetInt64();

    /// <summary>An upload of Eve's byte for byte; the answer's beginning.</summary>
    private async Task<string> RawAsync(long length, string body, bool waits = true)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Chat.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/files?name=x HTTP/1.1\r\nHost: {Chat.Address.Authority}\r\nX-Im: 1\r\nCookie: im_session={Eve.Token}\r\nContent-Length: {length}\r\n\r\n{body}"));
        if (!waits)
            return "";
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var (buffer, text) = (new byte[8 * 1024], "");
        while (!text.Contains("\"}", StringComparison.Ordinal) && await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
            text += Encoding.UTF8.GetString(buffer, 0, read);
        return text;
    }

    public sealed class Small : TwoNodes
    {
        private static readonly KeyValuePair<string, string>[] Quotas = [new("Files:UserBytes", $"{3 * Megabyte}"), new("Files:ConversationBytes", $"{2 * Megabyte}")];

        protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. Quotas, new("Files:MaxBytes", $"{25 * Megabyte}")];

        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => Quotas;
    }
}
