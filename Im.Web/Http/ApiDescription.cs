using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Im.Core.Kinds;
using Im.Core.Sessions;
using Im.Protocol;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Im.Web.Http;

/// <summary><c>/openapi/v1.json</c>, and in Development a page to read and try it at <c>/scalar</c>; beside it, for each version of the protocol, the socket's <c>/asyncapi/v2.json</c> and <c>/schema/v2.json</c>.</summary>
internal static class ApiDescription
{
    public const string ReferencePath = "/scalar";

    /// <summary>What a request can be made with: names of security schemes.</summary>
    public const string Session = "session", Bearer = "bearer", Key = "key", Widget = "widget";

    // The guards in front of the API refuse so whatever is asked for.
    private static readonly ProblemKind[] Everywhere = [ProblemKind.BadRequest, ProblemKind.CrossSite, ProblemKind.BadMethod, ProblemKind.SlowDown, ProblemKind.Internal, ProblemKind.Unavailable];

    public static IHostApplicationBuilder AddApiDescription(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOpenApi("v1", options => options
            .AddDocumentTransformer(Describe)
            .AddOperationTransformer(DescribeProblems)
            .AddOperationTransformer(DescribeGuard)
            .AddOperationTransformer(DescribeSecurity)
            .AddSchemaTransformer(DescribeConversationId));
        return builder;
    }

    public static void MapApiDescription(this WebApplication app)
    {
        var description = new Description(app.Services);
        app.MapGet("/openapi/v1.json", description.AnswerAsync).WithHead().ExcludeFromDescription();
        var cookie = app.Services.GetRequiredService<SessionCookie>().NameFor(isHttps: false);
        for (var version = 1; version <= ProtocolLimits.Version; version++)
        {
            app.MapDocument($"/schema/v{version}.json", "application/schema+json", ProtocolSchema.Create(version, EventKinds.Shapes));
            app.MapDocument($"/asyncapi/v{version}.json", "application/vnd.aai.asyncapi+json;version=3.0.0", AsyncApi.Create(version, cookie));
        }
        if (app.Environment.IsDevelopment())
            app.MapScalarApiReference(ReferencePath);
    }

    /// <summary>For what needs no login, and yet looks at who asks; where nothing is said, it is a login or nothing.</summary>
    /// <param name="schemes">Null: also without.</param>
    public static TBuilder WithCredentials<TBuilder>(this TBuilder endpoint, params string?[] schemes) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Credentials(schemes));

    private static void MapDocument(this WebApplication app, string path, string contentType, JsonNode document)
    {
        var json = Encoding.UTF8.GetBytes(document.ToJsonString());
        var tag = TagOf(json);
        app.MapGet(path, () => TypedResults.Bytes(json, contentType, entityTag: tag)).WithHead().ExcludeFromDescription();
    }

    private static EntityTagHeaderValue TagOf(byte[] json) => new($"\"{Convert.ToHexStringLower(SHA256.HashData(json))[..16]}\"");

    public static TBuilder WithProblems<TBuilder>(this TBuilder endpoint, params ProblemKind[] kinds) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Problems(kinds));

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new()
        {
            Title = "Im",
            Version = $"{1}",
            Description = "Accounts, sessions and history of Im over HTTP. Messages travel on the WebSocket `/ws`: see docs/protocol.md. "
                + "A failed request answers with `application/problem+json`, whose `code` is for programs.",
        };
        document.Servers = [];
        foreach (var path in document.Paths.Values)
            path.Operations?.Remove(HttpMethod.Head); // wherever GET is
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Session] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = context.ApplicationServices.GetRequiredService<SessionCookie>().NameFor(isHttps: false),
            Description = "Given by `GET /api/me` (a guest's) and `POST /api/login`. Its name is opaque: over https it is another one.",
        };
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "imt_…", Description = "A token of `POST /api/tokens`." };
        document.Components.SecuritySchemes[Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "imk_…", Description = "A key of `POST /api/keys`." };
        document.Components.SecuritySchemes[Widget] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "imx_…", Description = "A token of `POST /api/widget/tokens`." };
        return Task.CompletedTask;
    }

    private static Task DescribeProblems(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        var own = context.Description.ActionDescriptor.EndpointMetadata.OfType<Problems>().SelectMany(problems => problems.Kinds);
        foreach (var kinds in own.Concat(Everywhere).DistinctBy(kind => (kind.Status, kind.Code)).GroupBy(kind => kind.Status))
            operation.Responses[$"{kinds.Key}"] = new OpenApiResponse
            {
                Description = string.Join(" ", kinds.Select(kind => $"`{kind.Code}`: {kind.Title}")),
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = ProblemSchema(kinds) } },
            };
        return Task.CompletedTask;
    }

    private static Task DescribeGuard(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.HttpMethod is not "GET" && $"/{context.Description.RelativePath}" != CrossSiteGuard.WebhooksPath)
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = CrossSiteGuard.Header,
                In = ParameterLocation.Header,
                Required = true,
                Description = "Any value: it keeps other sites' forms out. Not needed with `Authorization`.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Default = "1" },
            });
        return Task.CompletedTask;
    }

    // The empty requirement is "or none of these".
    private static Task DescribeSecurity(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var schemes = metadata.OfType<Credentials>().FirstOrDefault()?.Schemes ?? (metadata.OfType<IAuthorizeData>().Any() ? [Session, Bearer] : []);
        operation.Security = [.. schemes.Select(scheme => scheme is null ? [] : new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] })];
        return Task.CompletedTask;
    }

    private static Task DescribeConversationId(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(ConversationId))
        {
            schema.Type = JsonSchemaType.String;
            schema.Description = "`lobby`, or the UUID of a direct conversation.";
        }
        return Task.CompletedTask;
    }

    private static OpenApiSchema ProblemSchema(IEnumerable<ProblemKind> kinds) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "status", "code", "title" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. kinds.Select(kind => (JsonNode)kind.Code)] },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };

    /// <summary>Made at the first request, which takes some 30 ms, and kept: it says nothing of who asks.</summary>
    private sealed class Description(IServiceProvider services)
    {
        private readonly SemaphoreSlim _gate = new(1);
        private byte[]? _json;

        public async Task<FileContentHttpResult> AnswerAsync(CancellationToken cancellationToken)
        {
            var json = _json ?? await MakeAsync(cancellationToken);
            return TypedResults.Bytes(json, "application/json;charset=utf-8", entityTag: TagOf(json));
        }

        private async Task<byte[]> MakeAsync(CancellationToken cancellationToken)
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                if (_json is not null)
                    return _json;
                await using var scope = services.CreateAsyncScope();
                var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync(cancellationToken);
                using var json = new MemoryStream();
                await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1, cancellationToken);
                return _json = json.ToArray();
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    private sealed record Problems(IReadOnlyList<ProblemKind> Kinds);

    private sealed record Credentials(string?[] Schemes);
}
