using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Im.Core.Data;
using Im.Core.Kinds;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Conformance;

/// <summary>The transcripts of <c>docs/conformance</c> are what happens, by the gateway and at a node itself.</summary>
public sealed class TranscriptTests(TranscriptTests.System chat) : IClassFixture<TranscriptTests.System>
{
    private const string Admin = "admin";

    /// <summary>What a client cannot bring about when it wants to.</summary>
    private static readonly string[] OutOfReach = [ErrorCodes.Busy, ErrorCodes.Unavailable, ErrorCodes.Internal, ErrorCodes.TooLate, ErrorCodes.QuotaFull, ProblemCodes.Unavailable, ProblemCodes.TooLarge, ProblemCodes.LastAdministrator];

    private static readonly string[] OtherEnds = ["1012", "4500", EndReasons.Reused, EndReasons.Over, EndReasons.Lost];

    public static TheoryData<string> Files => [.. Names];

    private static IEnumerable<string> Names => Enumerable.Range(1, ProtocolLimits.Version).SelectMany(NamesOf);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Transcripts");

    private static IEnumerable<string> NamesOf(int version) => Directory.EnumerateFiles(Path.Combine(Folder, $"v{version}"), "*.jsonl").Select(path => $"v{version}/{Path.GetFileName(path)}").Order(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Files))]
    public Task A_transcript_is_what_happens_by_the_gateway(string file) => PlayAsync(file, chat.Address);

    [Theory, MemberData(nameof(Files))]
    public Task A_transcript_is_what_happens_at_a_node(string file) => PlayAsync(file, chat.Two);

    [Theory, InlineData(1), InlineData(2)]
    public void There_is_one_of_each_frame_each_error_and_each_kind(int version)
    {
        var steps = NamesOf(version).SelectMany(Read).ToArray();
        var sent = steps.Where(step => step["client"] is not null).Select(step => step["frame"]).ToArray();
        var came = steps.SelectMany(step => (JsonNode?[])[step["client"] is null ? step["frame"] : null, step["http"] is null ? step["until"] : null]).ToArray();
        // "way" is there where the setting Demonstration is on: DemonstrationPageTests.
        Assert.Empty(ProtocolSchema.TypesOf<ClientFrame>(version).Except(sent.Select(frame => $"{frame?["type"]}")).Except(["way"]));
        Assert.Empty(ProtocolSchema.TypesOf<ServerFrame>(version).Except(came.Select(frame => $"{frame?["type"]}")).Except(["move", "way"]));
        Assert.Empty(Constants(typeof(ErrorCodes), version).Except(came.Select(frame => $"{frame?["code"]}")).Except(OutOfReach));
        if (version == 1)
            return;
        Assert.Empty(EventKinds.All.Where(kind => kind.IsForClients).Select(kind => kind.Name).Except(sent.Select(frame => $"{frame?["kind"]}")));
        Assert.Empty(EventKinds.All.Select(kind => kind.Name).Except(came.Select(frame => $"{frame?["kind"]}")));
    }

    [Fact]
    public void There_is_one_of_each_problem_and_each_end()
    {
        var steps = Names.SelectMany(Read).ToArray();
        Assert.Empty(Constants(typeof(ProblemCodes)).Except(steps.Select(step => $"{(step["expect"] as JsonObject)?["code"]}")).Except(OutOfReach));
        var ends = steps.Where(step => step["closed"] is not null).SelectMany(step => (string[])[$"{step["code"]}", $"{step["reason"]}"]).ToHashSet();
        Assert.Empty(Constants(typeof(CloseCodes)).Concat(Constants(typeof(EndReasons))).Concat(["1000", "1003", "1007", "1009"]).Except(ends).Except(OtherEnds));
    }

    [Fact]
    public async Task Every_answer_over_HTTP_is_in_the_OpenAPI_document()
    {
        using var browser = chat.NewBrowser();
        var operations = JsonNode.Parse((await browser.GetAsync("/openapi/v1.json")).ShouldBeOk().Text)!["paths"]!.AsObject();
        var described = 0;
        foreach (var step in Names.SelectMany(Read).Where(step => step["http"] is not null))
        {
            var (method, path) = ($"{step["request"]}".Split(' ')[0].ToLowerInvariant(), $"{step["request"]}".Split(' ', '?')[1].TrimEnd('/'));
            var operation = operations.FirstOrDefault(address => Regex.IsMatch(path, $"^{Regex.Replace(address.Key, @"\{\w+\}", "[^/]+")}$")).Value?[method];
            if (operation is null)
                continue; // no such address, or another method
            var answer = operation["responses"]![$"{step["answer"]}"];
            Assert.True(answer is not null, step.ToJsonString());
            if ((int)step["answer"]! >= 400)
                Assert.True(answer["content"]!["application/problem+json"]!["schema"]!["properties"]!["code"]!["enum"]!.AsArray().Any(code => $"{code}" == $"{step["expect"]!["code"]}"), step.ToJsonString());
            described++;
        }
        Assert.InRange(described, 50, int.MaxValue);
    }

    private async Task PlayAsync(string file, Uri door)
    {
        var version = file[1] - '0';
        await using var run = new TranscriptRun(chat.Address, door, version);
        run.Add(Admin, await chat.NewAdminAsync());
        foreach (var (step, line) in Read(file).Select((step, index) => (step, index + 1)))
            if (line == 1)
                Assert.Equal(version, (int)step["protocol"]!);
            else
                try
                {
                    await run.PlayAsync(step);
                }
                catch (Exception e)
                {
                    throw new Xunit.Sdk.XunitException($"{file}, line {line}: {step.ToJsonString()}\n{e.Message}", e);
                }
    }

    private static IEnumerable<JsonObject> Read(string file) => File.ReadLines(Path.Combine(Folder, file)).Select(line => JsonNode.Parse(line)!.AsObject());

    private static IEnumerable<string> Constants(Type type, int version = ProtocolLimits.Version) => type.GetFields().Where(field => field.IsLiteral && ProtocolVersions.Has(field, version)).Select(field => $"{field.GetRawConstantValue()}");

    /// <summary>With a limit that is met a little sooner than the default.</summary>
    public sealed class System : TwoNodes
    {
        protected override IEnumerable<KeyValuePair<string, string>> NodeSettings => [new("Limits:Frames:Burst", "300"), new("Limits:Frames:PerSecond", "5"), new("PublicUrl", "own")];

        internal async Task<Web.Browser> NewAdminAsync()
        {
            var admin = NewBrowser();
            var id = (await admin.LoginAsync(WebCollection.NewNickname())).ShouldBeOk().Json.GetProperty("user").GetProperty("id").GetGuid();
            await using var scope = Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ImDbContext>().Users.Where(user => user.Id == id).ExecuteUpdateAsync(row => row.SetProperty(user => user.IsAdmin, true));
            return admin;
        }
    }
}
